"""What `accounts.status` was called: jobs that were queued before the update still call it. For one release."""

from whatsapp_channel.accounts.status import refresh_all

__all__ = ["refresh_all"]
