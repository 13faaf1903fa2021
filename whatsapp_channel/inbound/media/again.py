"""What `inbound.media.refetch` was called: jobs that were queued before the update still call it. For one release."""

from whatsapp_channel.inbound.media.refetch import fetch_failed

__all__ = ["fetch_failed"]
