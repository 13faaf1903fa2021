"""Files of messages: fetched before any lock, judged by content, attached under the lock, removed after their time."""

from whatsapp_channel.inbound.media.messages import (
	attach,
	failed_in,
	fetch,
	fetch_again,
	fetch_failed,
	files_of,
	has_missing,
)
from whatsapp_channel.inbound.media.removal import redact_old_media

__all__ = [
	"attach",
	"failed_in",
	"fetch",
	"fetch_again",
	"fetch_failed",
	"files_of",
	"has_missing",
	"redact_old_media",
]
