"""Settings that were saved before what could not be filed had a limit have none for it, which would mean for ever."""

from whatsapp_channel import settings


def execute() -> None:
	"""Gives them the default of a new site."""
	settings.give_default(settings.UNFILED_DAYS)
