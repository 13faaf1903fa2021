"""Downloads of messages' files: by jobs of their own while the messages wait, and again after failures.

Jobs that were queued before the update find moved functions by the two names below. For one release.
"""

from whatsapp_channel.inbound.media.refetch import fetch_failed
from whatsapp_channel.privacy.old_media import redact_old_media

__all__ = ["fetch_failed", "redact_old_media"]
