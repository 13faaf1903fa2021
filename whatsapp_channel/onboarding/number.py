"""Step 3: choosing or adding a number, and its state (Z22, Z29). Codes and registration have modules of their own."""

import math
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.accounts import access, sync
from whatsapp_channel.accounts.account_rows import NumberRow
from whatsapp_channel.clock import site_now, utc_now
from whatsapp_channel.cloud_api.client import CloudAPI, PhoneNumber
from whatsapp_channel.cloud_api.errors import CloudAPIError, OutcomeUnknown
from whatsapp_channel.database import in_transaction, lock_row
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, NUMBER
from whatsapp_channel.onboarding import profile
from whatsapp_channel.onboarding.input_errors import as_validation_error, refused_by_meta
from whatsapp_channel.onboarding.number_node import is_registered, state_of, writable
from whatsapp_channel.onboarding.registration import register
from whatsapp_channel.onboarding.verification_codes import request_code, verify_code
from whatsapp_channel.rules.customers.phone import digits, parts, to_e164, variants
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import VERIFICATIONS, State, Verification, obstacle
from whatsapp_channel.rules.onboarding.number_errors import Cause, Step, cause_of
from whatsapp_channel.translate import to_user

__all__ = [
	"add_number",
	"choose_number",
	"number_view",
	"numbers",
	"register",
	"request_code",
	"verify_code",
]

TAKEN = (frappe.UniqueValidationError, frappe.DuplicateEntryError)


def numbers(account: str) -> dict[str, Any]:
	"""The account's numbers at Meta; `why` says why one cannot be chosen."""
	frappe.get_doc(ACCOUNT, account).check_permission("read")
	nodes = access.client(account).numbers(account)
	found = [node.id for node in nodes]
	channels = {
		row.number: row.name for row in frappe.get_all(CHANNEL, {"number": ["in", found]}, ["name", "number"])
	}
	here = set(frappe.get_all(NUMBER, {"name": ["in", found]}, pluck="name"))
	return {"numbers": [_listed(node, node.id in here, channels.get(node.id)) for node in nodes]}


def _listed(node: PhoneNumber, chosen: bool, channel: str | None) -> dict[str, Any]:
	why = _obstacle(node, channel)
	said = (node.code_verification_status or "").upper()
	verification = VERIFICATIONS.get(said, Verification.NOT_VERIFIED)
	return {
		"phone_number_id": node.id,
		"number": node.display_phone_number,
		"name": node.verified_name,
		"verification": verification,
		"verified": bool(number_choice.is_verified(state_of(node), verification)),
		"status": node.status,
		"eligible": why is None,
		"why": why,
		"chosen": chosen,
		"channel": channel,
	}


def _obstacle(node: PhoneNumber, channel: str | None) -> str | None:
	if channel:
		return _("Channel {0} uses the number already, and a number has one channel.").format(channel)
	found = obstacle(state_of(node))
	return to_user(found) if found else None


def choose_number(account: str, phone_number_id: str) -> str:
	"""Continues the set-up with one of the account's numbers; returns its row.

	Raises frappe.ValidationError if Meta does not list it for this account, or if it cannot be used.
	"""
	frappe.get_doc(ACCOUNT, account).check_permission("write")
	client, asked = access.client(account), utc_now()
	node = next((node for node in client.numbers(account) if node.id == phone_number_id), None)
	if node is None:
		frappe.throw(
			_(
				"Meta does not list the number {0} for this account. Read the list again and choose from it."
			).format(frappe.utils.escape_html(phone_number_id))
		)
	if why := obstacle(state_of(node)):
		frappe.throw(to_user(why), title=_("Number cannot be used"))
	name = _keep(account, node, asked)
	if is_registered(name):
		profile.send_draft_to_new(name)
	return name


def add_number(account: str, number: str) -> str:
	"""Adds a number to the account at Meta and returns its row; if the account has it already, it is chosen.

	Raises frappe.ValidationError with Meta's reason and how to fix it if it cannot be used (Z22).
	"""
	frappe.get_doc(ACCOUNT, account).check_permission("write")
	with as_validation_error():
		entered = to_e164(number)
		country, national = parts(entered)
	if known := frappe.db.get_value(NUMBER, {"number": entered, "account": account}):
		return choose_number(account, known)
	client, asked = access.client(account), utc_now()
	try:
		added = client.add_number(account, country, national, profile.name_for_new_number(account))
	except CloudAPIError as error:
		return _added_after_all(account, client, entered, error)
	standard = PhoneNumber(id=added, display_phone_number=entered, code_verification_status="NOT_VERIFIED")
	return _keep(account, _read(client, standard), asked, entered)


def _added_after_all(account: str, client: CloudAPI, entered: str, error: CloudAPIError) -> str:
	"""The row of a number that Meta has in spite of an error, because it existed before or the response was lost."""
	cause = cause_of(Step.ADD, error.code, error.subcode, error.meta_text)
	if cause is Cause.IN_LIST or isinstance(error, OutcomeUnknown):
		spellings = variants(digits(entered))
		for node in client.numbers(account):
			if digits(node.display_phone_number or "") in spellings:
				return choose_number(account, node.id)
	refused_by_meta(error, cause)


def _read(client: CloudAPI, known: PhoneNumber) -> PhoneNumber:
	"""Meta's node of a number; what is known already if it cannot be read now."""
	try:
		return client.number(known.id)
	except CloudAPIError:
		return known


def _keep(account: str, node: PhoneNumber, asked: datetime, entered: str | None = None) -> str:
	"""The row of a number at Meta, created if necessary; two administrators at the same time get the same row.

	Data from a webhook that arrived after `asked` is kept.
	"""
	values = {
		"phone_number_id": node.id,
		"number": entered or node.display_phone_number,
		"account": account,
		"verified_name": (node.verified_name or "")[:140],
	}

	def work() -> None:
		lock_row(ACCOUNT, account)
		if not frappe.db.exists(NUMBER, node.id):
			frappe.get_doc({"doctype": NUMBER, **values}).insert()
		_check_account(account, node.id)
		sync.apply_number(node.id, node, asked)

	in_transaction(work, also_retry=TAKEN)
	return node.id


def _check_account(account: str, number: str) -> None:
	"""Raises if the row belongs to another account: Meta moves numbers between accounts and keeps their ID."""
	row: Document = writable(number)
	if row.account != account:
		row.account = account
		row.save()


def number_view(name: str) -> dict[str, Any]:
	"""The state of a number for the page. `code_wait_seconds`: until another code can be requested."""
	stored = rows.one(NumberRow, name)
	same = ("name", "number", "verification", "meta_status", "name_status", "requested_name")
	more = ("name_rejection", "messaging_limit", "code_requested_on", "code_method", "code_failures")
	at_meta = State(status=stored.meta_status, on_business_app=bool(stored.on_business_app))
	before = bool(stored.registered_on)
	return {
		**{field: getattr(stored, field) for field in (*same, *more)},
		"display_name": stored.verified_name,
		"registered": number_choice.is_registered(at_meta, before),
		"ready": number_choice.can_work(at_meta, stored.verification, before),
		"quality": stored.quality_rating,
		"code_wait_seconds": _seconds_left(stored.code_blocked_until),
		"on_business_app": bool(stored.on_business_app),
		"channel": frappe.db.get_value(CHANNEL, {"number": name}),
	}


def _seconds_left(until: Any) -> int:
	return max(0, math.ceil((until - site_now()).total_seconds())) if until else 0
