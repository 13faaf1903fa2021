"""Decides what a webhook about an account or a number changes here (Z20, Z40).

Sources: Meta's webhook reference for the fields account_update, account_review_update, account_alerts,
business_capability_update, phone_number_quality_update, phone_number_name_update and security.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from types import MappingProxyType

from whatsapp_channel.cloud_api.payload import line_of, object_of, objects_of, optional_id, whole_number
from whatsapp_channel.rules.accounts import number_events
from whatsapp_channel.rules.accounts.event_changes import (
	Alert,
	Cell,
	Changes,
	Columns,
	OnlyKept,
	Value,
	is_marked,
	limit_of,
	sentence,
	word,
)
from whatsapp_channel.rules.accounts.restriction_rules import BAN, RESTRICTION, VIOLATION, Restriction
from whatsapp_channel.sentences import Sentence, _

Reader = Callable[[Value, datetime], "Changes | OnlyKept | None"]
_NOTHING: Columns = MappingProxyType({})
_YEAR_2100 = 4_102_444_800
_LONGEST = 500
NO_ALERT: Columns = MappingProxyType(dict.fromkeys(("alert", "alert_severity", "alert_kind", "alert_since")))
"""The columns of an account without a mark."""


def changes(name: str, value: Value, at: datetime) -> Changes | OnlyKept | None:
	"""The changes of an event `value` of the webhook field `name`, sent `at` (aware UTC); None: an unknown event."""
	reader = _FIELDS.get(name)
	return reader(value, at) if reader else None


def _account_update(value: Value, at: datetime) -> Changes | OnlyKept | None:
	event = word(value, "event")
	if reader := _UPDATES.get(event):
		return reader(value, at)
	return OnlyKept(Sentence(_NO_EFFECT[event])) if event in _NO_EFFECT else None


_NO_EFFECT = MappingProxyType(
	{
		"AD_ACCOUNT_LINKED": _("An advertising account was linked. Nothing here depends on it."),
		"AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": _(
			"Meta's price for authentication messages to other countries changes. None are sent from here."
		),
		"BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": _(
			"The country of the business changed at Meta. Nothing here depends on it."
		),
		"MM_LITE_TERMS_SIGNED": _(
			"Terms of Meta's Marketing Messages API were accepted. It is not used here."
		),
		"VOLUME_BASED_PRICING_TIER_UPDATE": _("Meta's price by volume changed. It is kept for the record."),
	}
)


# -- access ----------------------------------------------------------------------------------------------------------

ACCESS = "access"


def _lost(text: str, *, of_app: bool = False) -> Callable[[Value, datetime], Changes]:
	def read(value: Value, _at: datetime) -> Changes:
		info = object_of(value, "waba_info")
		reason = _DISCONNECTIONS.get(word(object_of(value, "disconnection_info"), "reason"))
		words = sentence(_BECAUSE, what=Sentence(text), why=Sentence(reason)) if reason else Sentence(text)
		return Changes(
			topic=ACCESS,
			note=words,
			about=optional_id(info, "waba_id"),
			app=optional_id(info, "partner_app_id") if of_app else None,
			ends_access=words,
			event=word(value, "event"),
		)

	return read


def _regained(text: str) -> Callable[[Value, datetime], Changes]:
	def read(value: Value, _at: datetime) -> Changes:
		info = object_of(value, "waba_info")
		owner = optional_id(info, "owner_business_id")
		return Changes(
			topic=ACCESS,
			note=Sentence(text),
			account={"business_id": owner[:140]} if owner else _NOTHING,
			about=optional_id(info, "waba_id"),
			app=optional_id(info, "partner_app_id"),
			restores_access=True,
		)

	return read


_BECAUSE = _("{what} {why}")
_DISCONNECTIONS = MappingProxyType(
	{
		"ACCOUNT_DISCONNECTED": _("It was disconnected in the WhatsApp Business app."),
		"BUSINESS_DOWNGRADE": _("The WhatsApp Business app was changed to one without this connection."),
		"CHANGE_NUMBER": _("The number was changed in the WhatsApp Business app."),
		"COMPANION_INACTIVITY": _("The linked device was not used for long."),
		"PRIMARY_INACTIVITY": _("The phone with the WhatsApp Business app was not used for about two weeks."),
		"USER_RE_REGISTERED": _("The number was registered anew in the WhatsApp Business app."),
	}
)


# -- verification, restriction ---------------------------------------------------------------------------------------


def _verified(_value: Value, _at: datetime) -> Changes:
	note = Sentence(_("Meta has verified the business."))
	return Changes(topic="verification", note=note, account={"business_verification": "verified"})


# Partners submit this verification for their customers.
_CERTIFICATIONS = MappingProxyType(
	{"APPROVED": "verified", "PENDING": "pending", "FAILED": "failed", "REVOKED": "revoked"}
)


def _certified(value: Value, _at: datetime) -> Changes | OnlyKept:
	status = word(object_of(value, "partner_client_certification_info"), "status")
	verification = _CERTIFICATIONS.get(status)
	note = sentence(
		_("The verification of the business that was submitted through a partner: {status}."),
		status=status or "?",
	)
	if not verification:
		return OnlyKept(note)
	return Changes(topic="verification", note=note, account={"business_verification": verification})


def _violation(value: Value, _at: datetime) -> Changes:
	kind = word(object_of(value, "violation_info"), "violation_type")
	return _restriction_changes(VIOLATION, (Restriction("ACCOUNT_VIOLATION", VIOLATION, detail=kind or "?"),))


def _restricted(value: Value, _at: datetime) -> Changes:
	found = tuple(
		Restriction(kind, RESTRICTION, _moment(info.get("expiration")))
		for info in objects_of(value, "restriction_info")
		if (kind := word(info, "restriction_type"))
	)
	return _restriction_changes(RESTRICTION, found, Sentence(_LIFTED))


def _disabled(value: Value, _at: datetime) -> Changes | None:
	info = object_of(value, "ban_info")
	state, day = word(info, "waba_ban_state"), line_of(info, "waba_ban_date", limit=100)
	if state == "REINSTATE":
		return _restriction_changes(BAN, (), Sentence(_ENABLED))
	if state not in ("DISABLE", "SCHEDULE_FOR_DISABLE"):
		return None
	return _restriction_changes(BAN, (Restriction(state, BAN, detail=day),))


_LIFTED = _("Meta has lifted the restriction.")
_ENABLED = _("Meta has enabled the account again.")


def _restriction_changes(topic: str, found: tuple[Restriction, ...], over: Sentence | None = None) -> Changes:
	"""The changes of restrictions; `over`: the text for when nothing is restricted any more."""
	note = over or Sentence(_LIFTED)
	for index, each in enumerate(found):
		note = sentence(_AND, one=note, other=each.sentence) if index else each.sentence
	return Changes(topic=topic, note=note, restrictions=found)


_AND = _("{one} {other}")


def _moment(seconds: object) -> datetime | None:
	number = whole_number(seconds)
	if number is None or not 0 < number < _YEAR_2100:
		return None
	return datetime.fromtimestamp(number, timezone.utc)


_UPDATES: Mapping[str, Reader] = MappingProxyType(
	{
		"ACCOUNT_DELETED": _lost(_("The WhatsApp Business Account was deleted at Meta.")),
		"ACCOUNT_OFFBOARDED": _lost(
			_(
				"The WhatsApp Business Account was taken off the platform, after a change of the phone or of its number."
			)
		),
		"PARTNER_REMOVED": _lost(_("The business no longer shares its WhatsApp Business Account.")),
		"PARTNER_APP_UNINSTALLED": _lost(
			_("The business has withdrawn the Meta app's access to its WhatsApp Business Account."),
			of_app=True,
		),
		"ACCOUNT_RECONNECTED": _regained(_("The WhatsApp Business Account is connected again.")),
		"PARTNER_ADDED": _regained(_("The business shares its WhatsApp Business Account.")),
		"PARTNER_APP_INSTALLED": _regained(
			_("The business has given the Meta app access to its WhatsApp Business Account.")
		),
		"VERIFIED_ACCOUNT": _verified,
		"PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": _certified,
		"ACCOUNT_VIOLATION": _violation,
		"ACCOUNT_RESTRICTION": _restricted,
		"DISABLED_UPDATE": _disabled,
	}
)


# -- the other fields of an account ------------------------------------------------------------------------------------


def _review(value: Value, _at: datetime) -> Changes | None:
	decision = word(value, "decision")
	if not decision:
		return None
	note = sentence(_("Meta's review of the account: {decision}."), decision=decision)
	return Changes(topic="review", note=note, account={"account_review": decision})


def _alert(value: Value, at: datetime) -> Changes | None:
	"""An informational alert is only written to the timeline; a resolved alert removes its own mark."""
	info = object_of(value, "alert_info")
	kind, status = word(info, "alert_type"), word(info, "alert_status")
	if not kind:
		return None
	severity, topic = word(info, "alert_severity"), alert_topic(kind)
	if status and status != "ACTIVE":
		note = sentence(_("Meta's alert {kind} is over."), kind=kind)
		return Changes(topic=topic, note=note, account=NO_ALERT, alert=Alert(kind, None))
	words = line_of(info, "alert_description", limit=_LONGEST) or ""
	note = sentence(_("Meta's alert {kind}: {words}"), kind=kind, words=words)
	if not is_marked(severity):
		return Changes(topic=topic, note=note)
	mark: dict[str, Cell] = {
		"alert": note,
		"alert_severity": severity,
		"alert_kind": kind,
		"alert_since": at,
	}
	return Changes(topic=topic, note=note, account=mark, alert=Alert(kind, severity))


def alert_topic(kind: str) -> str:
	"""The topic of an alert: each kind is a topic of its own."""
	return f"alert {kind}"[:100]


def _capability(value: Value, _at: datetime) -> Changes | None:
	limit = limit_of(value, "max_daily_conversations_per_business", "max_daily_conversation_per_phone")
	numbers = whole_number(value.get("max_phone_numbers_per_waba")) or whole_number(
		value.get("max_phone_numbers_per_business")
	)
	columns: dict[str, Cell] = {}
	if limit:
		columns["messaging_limit"] = limit
	if numbers and numbers > 0:
		columns["max_numbers"] = min(numbers, 1_000_000)
	note = sentence(
		_("Meta's limits: {limit} customers a day, {numbers} numbers."),
		limit=limit or "?",
		numbers=numbers or "?",
	)
	return Changes(topic="limits", note=note, account=columns) if columns else None


_FIELDS: Mapping[str, Reader] = MappingProxyType(
	{
		"account_update": _account_update,
		"account_review_update": _review,
		"account_alerts": _alert,
		"business_capability_update": _capability,
		"phone_number_quality_update": number_events.quality,
		"phone_number_name_update": number_events.name,
		"security": number_events.security,
	}
)
