"""Stores what Meta answers about an account or a number (Z7, Z19, Z20, Z28).

Meta leaves out fields that a token may not see, so a missing field changes nothing here. The payment method is the
exception: if it was requested and is missing, there is none.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe

from whatsapp_channel import rows
from whatsapp_channel.accounts import event_times, restriction, status
from whatsapp_channel.accounts.account_rows import AccountRow, NumberRow
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.rules.accounts.account_events import NO_ALERT, alert_topic
from whatsapp_channel.rules.accounts.account_words import PaymentMethod
from whatsapp_channel.rules.accounts.channel_facts import VERIFIED
from whatsapp_channel.rules.accounts.restriction_rules import BAN, VIOLATION
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import State

_PENDING_NAMES = ("PENDING_REVIEW", "DECLINED")
_GOOD_NAMES = ("APPROVED", "AVAILABLE_WITHOUT_REVIEW")
_ACCOUNT_TOPICS = {
	"business_verification": "verification",
	"account_review": "review",
	"messaging_limit": "limits",
}
_NUMBER_TOPICS = {"meta_status": "quality", "messaging_limit": "number limit", "name_status": "name"}
_TOLD_BY = {**_NUMBER_TOPICS, "quality_rating": "quality", "verified_name": "name"}


def apply_account(account: str, node: BusinessAccount, asked: datetime | None = None) -> None:
	"""Stores Meta's data about an account and updates status, trial and notifications.

	`asked`: when Meta was asked (aware UTC). What a webhook has reported since then is newer and is kept.
	"""
	newer = _newer(ACCOUNT, account, asked)
	told = {
		"business_verification": node.business_verification_status,
		"account_review": node.account_review_status,
		"currency": node.currency,
		"messaging_limit": node.whatsapp_business_manager_messaging_limit,
	}
	values = _given(told, _ACCOUNT_TOPICS, newer)
	_write(ACCOUNT, account, {**values, **_payment(node)}, _ACCOUNT_TOPICS, asked)
	if _works(node):
		_lift(account, newer)
	start_trial(account)
	status.refresh_account(account)


def apply_number(number: str, node: PhoneNumber, asked: datetime | None = None) -> None:
	"""Stores Meta's data about a number that has a row here and updates status and trial; `asked` as above."""
	account = frappe.db.get_value(NUMBER, number, "account")
	if not account:
		return
	limit = node.whatsapp_business_manager_messaging_limit or node.messaging_limit_tier
	told = {
		"verification": number_choice.VERIFICATIONS.get((node.code_verification_status or "").upper()),
		"meta_status": node.status,
		"quality_rating": node.quality_rating,
		"messaging_limit": limit,
		"verified_name": node.verified_name,
		"name_status": _name_status(node),
	}
	values = _given(told, _TOLD_BY, _newer(NUMBER, number, asked))
	if node.is_on_biz_app is not None:
		values["on_business_app"] = int(node.is_on_biz_app)
	if values.get("name_status") in _GOOD_NAMES:
		values |= {"requested_name": None, "name_rejection": None}
	_write(NUMBER, number, values, _NUMBER_TOPICS, asked)
	start_trial(account)
	status.refresh_account(account)


def start_trial(account: str) -> None:
	"""Starts the trial when the first number of an account is verified and the business is not (Z7). It starts only once.

	It does not start while Meta has not said whether the business is verified.
	"""
	row = rows.one(AccountRow, account)
	verification = ((row and row.business_verification) or "").lower()
	if not verification or verification == VERIFIED or row.trial_started_on:
		return
	number = _first_verified(account)
	if not number:
		return
	frappe.db.sql(
		f"""update `tab{ACCOUNT}` set trial_started_on = %s, trial_number = %s, modified = %s
		where name = %s and trial_started_on is null""",
		(now := site_now(), number, now, account),
	)
	frappe.clear_document_cache(ACCOUNT, account)


def _first_verified(account: str) -> str | None:
	for row in rows.many(NumberRow, {"account": account}, "creation, name"):
		if number_choice.is_verified(State(status=row.meta_status), row.verification):
			return row.name
	return None


def _payment(node: BusinessAccount) -> dict[str, str]:
	if node.primary_funding_id:
		return {"payment_method": PaymentMethod.PRESENT}
	return {"payment_method": PaymentMethod.MISSING} if node.has_no_payment else {}


def _newer(doctype: str, name: str, asked: datetime | None) -> frozenset[str]:
	return event_times.told_since(doctype, name, asked) if asked else frozenset()


def _given(
	told: Mapping[str, str | None], topics: Mapping[str, str], newer: frozenset[str]
) -> dict[str, Any]:
	return {field: value[:140] for field, value in told.items() if value and topics.get(field) not in newer}


def _write(
	doctype: str, name: str, values: dict[str, Any], topics: Mapping[str, str], asked: datetime | None
) -> None:
	set_value(doctype, name, {**values, "synced_on": site_now()})
	event_times.remember_read(
		doctype, name, [topic for field, topic in topics.items() if field in values], asked
	)


def _name_status(node: PhoneNumber) -> str | None:
	"""The status of the pending name review, else that of the name in use."""
	wanted = (node.new_name_status or "").upper()
	return wanted if wanted in _PENDING_NAMES else node.name_status


def _works(node: BusinessAccount) -> bool:
	"""Whether Meta itself reports that the account may send."""
	entities = (node.health_status and node.health_status.entities) or ()
	said = [each.can_send_message for each in entities if each.entity_type == "WABA"]
	enabled = (node.status or "ACTIVE").upper() == "ACTIVE"
	return enabled and bool(said) and all(each == "AVAILABLE" for each in said)


def _lift(account: str, newer: frozenset[str]) -> None:
	"""Removes violations, bans and critical alerts, for whose end Meta sends no reliable event."""
	for topic in {VIOLATION, BAN} - newer:
		restriction.replace(account, topic, ())
	mark = rows.one(AccountRow, account)
	if mark and mark.alert_severity == "CRITICAL" and alert_topic(mark.alert_kind or "") not in newer:
		set_value(ACCOUNT, account, dict(NO_ALERT))
