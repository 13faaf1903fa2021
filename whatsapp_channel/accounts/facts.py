"""The stored state of accounts, numbers and settings, in the form that the rules take. An empty field is unknown."""

import json
from datetime import datetime
from typing import Any

from whatsapp_channel import rows, settings
from whatsapp_channel.accounts.account_rows import AccountRow, NumberRow
from whatsapp_channel.clock import to_utc, utc_now
from whatsapp_channel.database import single_value
from whatsapp_channel.rules.accounts.channel_facts import AccountState, NumberState, Site
from whatsapp_channel.rules.accounts.restriction_rules import Restriction
from whatsapp_channel.rules.accounts.trial import GUIDE
from whatsapp_channel.translate import to_all


def site(*, receives: bool | None = None) -> Site:
	"""What does not come from Meta, at this moment. `receives`: whether webhooks are accepted, if the caller knows it."""
	policy = single_value(settings.SETTINGS, "trial_policy")
	if receives is None:
		receives = bool(settings.app_secrets() and settings.verify_token())
	return Site(
		receives=receives,
		trial_policy=policy or GUIDE,
		now=utc_now(),
		say=to_all,
	)


def account_state(name: str | None) -> AccountState | None:
	"""The stored state of an account; None when it does not exist."""
	row = rows.one(AccountRow, name)
	if not row:
		return None
	return AccountState(
		has_token=bool(row.access_token),
		verification=row.business_verification or "",
		review=row.account_review or "",
		restrictions=restrictions(row.restrictions),
		restriction_text=row.restriction or "",
		alert=row.alert or "",
		alert_severity=row.alert_severity or "",
		alert_kind=row.alert_kind or "",
		payment_method=row.payment_method or "",
		subscription=row.subscription or "",
		attention=row.attention_reason or "",
		trial_started=to_utc(row.trial_started_on),
		token_ends=to_utc(row.token_expires_on),
	)


def number_state(name: str | None) -> tuple[NumberState, str] | None:
	"""The stored state of a number, and its account; None when it does not exist."""
	row = rows.one(NumberRow, name)
	if not row:
		return None
	state = NumberState(
		verification=row.verification or "",
		meta_status=row.meta_status or "",
		quality=row.quality_rating or "",
		name_status=row.name_status or "",
		name_rejection=row.name_rejection or "",
		verified_name=row.verified_name or "",
		requested_name=row.requested_name or "",
	)
	return state, row.account


def restrictions(stored: str | None) -> tuple[Restriction, ...]:
	"""The restrictions of a row, from the JSON that `dump` writes."""
	return tuple(
		Restriction(each["kind"], each["topic"], _moment(each.get("until")), each.get("detail"))
		for each in json.loads(stored or "[]")
	)


def dump(given: tuple[Restriction, ...]) -> str | None:
	"""The restrictions as JSON for a row."""
	return json.dumps([_stored(each) for each in given]) if given else None


def _stored(restriction: Restriction) -> dict[str, Any]:
	until = restriction.until.isoformat() if restriction.until else None
	return {
		"kind": restriction.kind,
		"topic": restriction.topic,
		"until": until,
		"detail": restriction.detail,
	}


def _moment(text: str | None) -> datetime | None:
	return datetime.fromisoformat(text) if text else None
