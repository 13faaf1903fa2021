"""Settings that were saved before old replies asked their agent have no time for it, which would mean never."""

from whatsapp_channel import settings


def execute() -> None:
	"""Gives them the default of a new site."""
	settings.give_default(settings.ASK_AFTER_HOURS)
