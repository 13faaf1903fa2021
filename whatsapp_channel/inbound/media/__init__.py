"""Files of messages: fetched before any lock, judged by content, attached under the lock, removed after their time."""

from whatsapp_channel.inbound.media.again import (
	attach,
	failed_in,
	fetch_again,
	fetch_failed,
	files_of,
	has_failed,
	has_missing,
)
from whatsapp_channel.inbound.media.fetching import fetched, lanes_with_work, wake
from whatsapp_channel.privacy.old_media import redact_old_media

__all__ = [
	"attach",
	"failed_in",
	"fetch_again",
	"fetch_failed",
	"fetched",
	"files_of",
	"has_failed",
	"has_missing",
	"lanes_with_work",
	"redact_old_media",
	"wake",
]
