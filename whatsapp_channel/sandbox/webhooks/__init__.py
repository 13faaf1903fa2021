"""What Meta posts: webhooks put together, signed, addressed and delivered again and again, and the handshake before.

The only part that opens connections. It imports `state` alone.
"""
