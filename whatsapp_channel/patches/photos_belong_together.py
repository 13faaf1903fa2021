"""Sets the time within which photos are grouped on sites whose settings were saved before: empty would mean never."""

from whatsapp_channel import settings

FIELD = "group_media_seconds"


def execute() -> None:
	"""Sets the default of new sites."""
	settings.give_default(FIELD)
