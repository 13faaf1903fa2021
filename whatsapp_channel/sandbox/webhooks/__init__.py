"""Meta's webhooks: built, signed, addressed and delivered with retries, and the handshake before the first.

The only part that opens connections. It imports `state` alone.
"""
