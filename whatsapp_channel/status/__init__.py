"""What state accounts, numbers and channels are in, and who is told of it (Z7, Z20, Z40).

`rules` decides; this package reads the rows, stores what was decided, leaves a line in the timeline at each transition and
notifies the administrators once when something begins to need them. `events` takes Meta's webhooks, `sync` what Meta
answers when it is asked.
"""

from whatsapp_channel.status.refresh import (
	derived,
	refresh_account,
	refresh_all,
	refresh_channel,
	refusal,
	refuse_reply,
	saved,
	view,
	waits_because,
)

__all__ = [
	"derived",
	"refresh_account",
	"refresh_all",
	"refresh_channel",
	"refusal",
	"refuse_reply",
	"saved",
	"view",
	"waits_because",
]
