"""A number's row and its node at Meta, brought together for the steps that change either."""

from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document

from whatsapp_channel.accounts import access, sync
from whatsapp_channel.accounts.status import publish
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.client import CloudAPI, PhoneNumber
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import State


def writable(number: str) -> Document:
	"""The row of a number. Raises frappe.PermissionError unless the user may change it."""
	row = frappe.get_doc(NUMBER, number)
	row.check_permission("write")
	return row


def client_of(row: Document) -> CloudAPI:
	"""A client that acts for the number's account."""
	return access.client(row.account)


def state_of(node: PhoneNumber) -> State:
	"""What the rules want to know of Meta's node."""
	return State(status=node.status, on_business_app=node.is_on_biz_app, platform=node.platform_type)


def is_registered(number: str) -> bool:
	"""Whether the number can send, as far as is known here."""
	row = frappe.db.get_value(
		NUMBER, number, ["meta_status", "registered_on", "on_business_app"], as_dict=True
	)
	state = State(status=row.meta_status, on_business_app=bool(row.on_business_app))
	return number_choice.is_registered(state, bool(row.registered_on))


def write(number: str, changes: dict[str, Any]) -> None:
	"""Changes a number's row in a transaction of its own, so that it stays when the request ends with an error; open pages
	of the set-up see it."""
	if changes:
		in_transaction(lambda: write_within(number, changes))


def write_within(number: str, changes: dict[str, Any]) -> None:
	"""The same within the present transaction."""
	set_value(NUMBER, number, changes)
	publish(frappe.db.get_value(NUMBER, number, "account"))


def read_again(row: Document, **known: Any) -> PhoneNumber:
	"""Meta's present node, kept in the row. `known` are fields that Meta has just confirmed: its nodes lag behind its
	answers, and may not be readable at all.

	A webhook that came since Meta was asked stays.
	"""
	asked = utc_now()
	try:
		node = client_of(row).number(row.name)
	except CloudAPIError:
		if not known:
			raise
		node = PhoneNumber(id=row.name)
	node = node.model_copy(update=known)
	in_transaction(lambda: _apply_locked(row, node, asked))
	return node


def _apply_locked(row: Document, node: PhoneNumber, asked: datetime) -> None:
	lock_row(ACCOUNT, row.account)
	sync.apply_number(row.name, node, asked)
