"""How the tables of Meta's events show what an event changes."""

from datetime import datetime, timezone
from typing import Any

from whatsapp_channel.rules.accounts.event_changes import Changes
from whatsapp_channel.sentences import Sentence

AT = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def say(value: Any) -> Any:
	"""A sentence as its reader sees it; anything else as it is."""
	if not isinstance(value, Sentence):
		return value
	return value.say(lambda text: text, lambda moment: f"{moment:%d.%m.%Y}")


def shown(found: Changes) -> dict[str, Any]:
	"""What a row of the tables below says, without what is empty."""
	parts = {
		"account": {name: say(value) for name, value in found.account.items()},
		"number": {name: say(value) for name, value in found.number.items()},
		"about": found.about,
		"digits": found.digits,
		"app": found.app,
		"ends": found.event,
		"restores": found.restores_access,
		"only told": found.is_only_told,
	}
	if found.restrictions is not None:
		parts["restrictions"] = found.restrictions
	return {name: value for name, value in parts.items() if value or name == "restrictions"}
