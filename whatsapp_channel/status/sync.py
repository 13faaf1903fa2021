"""What Meta answers about an account or a number, written into our rows (Z7, Z19, Z20, Z28).

Meta leaves out what a token may not see: a field that did not come changes nothing here. The payment method is the
exception, because its absence is Meta's way to say that there is none.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import frappe

from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.rules.channel_facts import VERIFIED
from whatsapp_channel.rules.restriction import BAN, VIOLATION
from whatsapp_channel.status import refresh, restriction, times

_VERIFICATIONS = MappingProxyType(
	{
		"VERIFIED": "Verified",
		"NOT_VERIFIED": "Not Verified",
		"UNVERIFIED": "Not Verified",
		"EXPIRED": "Expired",
	}
)
_PENDING_NAMES = ("PENDING_REVIEW", "DECLINED")
_GOOD_NAMES = ("APPROVED", "AVAILABLE_WITHOUT_REVIEW")
_ACCOUNT_TOPICS = {
	"business_verification": "verification",
	"account_review": "review",
	"messaging_limit": "limits",
}
_NUMBER_TOPICS = {"meta_status": "quality", "messaging_limit": "number limit", "name_status": "name"}


def apply_account(account: str, node: BusinessAccount) -> None:
	"""Writes what Meta says of an account and brings status, trial and notifications up to date."""
	limit = getattr(node, "whatsapp_business_manager_messaging_limit", None)
	told = {
		"business_verification": node.business_verification_status,
		"account_review": node.account_review_status,
		"currency": node.currency,
		"messaging_limit": limit,
	}
	values = _given(told)
	payment = {"payment_method": "Present" if node.primary_funding_id else "Missing"}
	_write(ACCOUNT, account, {**values, **payment}, _ACCOUNT_TOPICS)
	if _works(node):
		_lift(account)
	start_trial(account)
	refresh.refresh_account(account)


def apply_number(number: str, node: PhoneNumber) -> None:
	"""Writes what Meta says of a number that is entered here and brings status and trial up to date."""
	account = frappe.db.get_value(NUMBER, number, "account")
	if not account:
		return
	limit = node.whatsapp_business_manager_messaging_limit or node.messaging_limit_tier
	told = {
		"verification": _VERIFICATIONS.get((node.code_verification_status or "").upper()),
		"meta_status": node.status,
		"quality_rating": node.quality_rating,
		"messaging_limit": limit,
		"verified_name": node.verified_name,
		"name_status": _name_status(node),
	}
	values = _given(told)
	if node.is_on_biz_app is not None:
		values["on_business_app"] = int(node.is_on_biz_app)
	if values.get("name_status") in _GOOD_NAMES:
		values |= {"requested_name": None, "name_rejection": None}
	_write(NUMBER, number, values, _NUMBER_TOPICS)
	start_trial(account)
	refresh.refresh_account(account)


def start_trial(account: str) -> None:
	"""The trial begins when the first number of an account is verified and the business is not (Z7). Once and for all.

	While Meta has not said whether the business is verified, nothing begins.
	"""
	row = frappe.db.get_value(ACCOUNT, account, ["business_verification", "trial_started_on"], as_dict=True)
	verification = ((row and row.business_verification) or "").lower()
	if not verification or verification == VERIFIED or row.trial_started_on:
		return
	verified = {"account": account, "verification": "Verified"}
	number = frappe.get_all(NUMBER, verified, pluck="name", order_by="creation, name", limit=1)
	if not number:
		return
	frappe.db.sql(
		"""update `tabWhatsApp Business Account` set trial_started_on = %s, trial_number = %s, modified = %s
		where name = %s and trial_started_on is null""",
		(now := site_now(), number[0], now, account),
	)
	frappe.clear_document_cache(ACCOUNT, account)


def _given(told: Mapping[str, str | None]) -> dict[str, Any]:
	return {field: value[:140] for field, value in told.items() if value}


def _write(doctype: str, name: str, values: dict[str, Any], topics: Mapping[str, str]) -> None:
	frappe.db.set_value(doctype, name, {**values, "synced_on": site_now()})
	times.remember_read(doctype, name, [topic for field, topic in topics.items() if field in values])


def _name_status(node: PhoneNumber) -> str | None:
	"""The review that goes on, else that of the name in use."""
	wanted = (node.new_name_status or "").upper()
	return wanted if wanted in _PENDING_NAMES else node.name_status


def _works(node: BusinessAccount) -> bool:
	"""Whether Meta says itself that the account may send."""
	entities = (node.health_status and node.health_status.entities) or ()
	said = [each.can_send_message for each in entities if each.entity_type == "WABA"]
	enabled = (node.status or "ACTIVE").upper() == "ACTIVE"
	return enabled and bool(said) and all(each == "AVAILABLE" for each in said)


def _lift(account: str) -> None:
	"""Violations and bans have no event that ends them for certain, and critical alerts none that must come."""
	for topic in (VIOLATION, BAN):
		restriction.replace(account, topic, ())
	critical = {"name": account, "alert_severity": "CRITICAL"}
	if frappe.db.exists(ACCOUNT, critical):
		gone = {"alert": None, "alert_severity": None, "alert_since": None}
		frappe.db.set_value(ACCOUNT, account, gone)
