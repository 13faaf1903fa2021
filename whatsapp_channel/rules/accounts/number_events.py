"""Decides what a webhook about one number changes here: quality, display name, PIN (Z28, Z40).

Sources: Meta's webhook reference for phone_number_quality_update, phone_number_name_update and security.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from whatsapp_channel.cloud_api.payload import line_of, optional_digits
from whatsapp_channel.rules.accounts.event_changes import (
	Cell,
	Changes,
	Columns,
	Value,
	limit_of,
	sentence,
	word,
)
from whatsapp_channel.sentences import Sentence, _

_QUALITY_EVENTS: Mapping[str, Columns] = MappingProxyType(
	{
		"FLAGGED": {"quality_rating": "RED", "meta_status": "FLAGGED"},
		"UNFLAGGED": {"quality_rating": "UNKNOWN", "meta_status": "CONNECTED"},
		"ONBOARDING": {},
		"UPGRADE": {},
		"DOWNGRADE": {},
		"THROUGHPUT_UPGRADE": {},
	}
)


def quality(value: Value, _at: datetime) -> Changes | None:
	"""phone_number_quality_update: quality and limit; None for an unknown event."""
	event = word(value, "event")
	if event not in _QUALITY_EVENTS:
		return None
	limit = limit_of(value, "current_limit", "max_daily_conversations_per_business")
	limits = {"messaging_limit": limit} if limit else {}
	note = sentence(
		_("Meta's rating of the number: {event}, limit {limit}."), event=event, limit=limit or "?"
	)
	# Two topics, so that a later report of the limit does not bring back an older quality.
	marks = _QUALITY_EVENTS[event]
	return Changes(
		topic="quality" if marks else "number limit",
		note=note,
		number={**marks, **limits},
		digits=_digits(value),
		of_number=True,
	)


_NAME_DECISIONS = MappingProxyType(
	{
		"APPROVED": "APPROVED",
		"REJECTED": "DECLINED",
		"PENDING": "PENDING_REVIEW",
		"DEFERRED": "PENDING_REVIEW",
	}
)
_NAME_REASONS = MappingProxyType(
	{
		"NAME_EMPLOYEE_ISSUE": _("It is the name of a person who works for the business."),
		"NAME_ENDCLIENT_NOTRELATED": _("It has nothing to do with the business."),
		"NAME_FORMAT_UNACCEPTABLE": _("Its form is not allowed."),
		"NAME_INDIVIDUAL_ISSUE": _("It is the name of an individual."),
		"NAME_NOT_CONSISTENT": _("It does not fit what the business is called elsewhere."),
		"UNKNOWN": _("Meta gives no reason."),
	}
)


def name_rejection(reason: str | None) -> Sentence:
	"""Why Meta refused a display name."""
	known = _NAME_REASONS.get((reason or "UNKNOWN").upper())
	return Sentence(known) if known else sentence("{reason}", reason=reason or "")


def name(value: Value, _at: datetime) -> Changes | None:
	"""phone_number_name_update: the review of a display name; None for an unknown decision."""
	decision = word(value, "decision")
	status = _NAME_DECISIONS.get(decision)
	if not status:
		return None
	wanted = line_of(value, "requested_verified_name", limit=140)
	columns: dict[str, Cell] = {"name_status": status, "name_rejection": None}
	if decision == "APPROVED":
		columns |= {"verified_name": wanted, "requested_name": None} if wanted else {"requested_name": None}
	elif wanted:
		columns["requested_name"] = wanted
	note = sentence(
		_('Meta\'s review of the display name "{name}": {decision}.'), name=wanted or "?", decision=decision
	)
	if decision == "REJECTED":
		reason = name_rejection(line_of(value, "rejection_reason", limit=140))
		columns["name_rejection"] = reason
		note = sentence(_BECAUSE, what=note, why=reason)
	return Changes(topic="name", note=note, number=columns, digits=_digits(value), of_number=True)


_SECURITY_EVENTS = MappingProxyType(
	{
		"PIN_CHANGED": _(
			"The PIN of the number was changed at Meta. Whoever registers it again needs the new one."
		),
		"PIN_RESET_REQUEST": _("Somebody has asked Meta to switch off the PIN of the number."),
		"PIN_REQUEST_SUCCESS": _("The PIN of the number was switched off at Meta."),
	}
)


def security(value: Value, _at: datetime) -> Changes | None:
	"""security: only a timeline entry; None for an unknown event."""
	event = word(value, "event")
	if event not in _SECURITY_EVENTS:
		return None
	return Changes(
		topic="security", note=Sentence(_SECURITY_EVENTS[event]), digits=_digits(value), of_number=True
	)


def _digits(value: Value) -> str | None:
	"""The number that an event is about; Meta writes it with or without spaces."""
	found = line_of(value, "display_phone_number", "phone_number", limit=40) or optional_digits(
		value, "display_phone_number", "phone_number"
	)
	return "".join(each for each in found or "" if each in "0123456789") or None


_BECAUSE = _("{what} {why}")
