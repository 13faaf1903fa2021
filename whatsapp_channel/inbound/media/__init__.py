"""The files of messages on their way in: fetched by jobs of their own while their messages wait, and again when something
went wrong.

The two names are those by which jobs that were queued before the update call what has moved. For one release.
"""

from whatsapp_channel.inbound.media.refetch import fetch_failed
from whatsapp_channel.privacy.old_media import redact_old_media

__all__ = ["fetch_failed", "redact_old_media"]
