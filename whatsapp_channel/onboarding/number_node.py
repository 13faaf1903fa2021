"""A number's row and its Graph API node, for the steps that change either."""

from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.accounts import access, sync
from whatsapp_channel.accounts.account_rows import NumberRow
from whatsapp_channel.accounts.status import publish
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.client import CloudAPI, PhoneNumber
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.rules.onboarding import number_choice
from whatsapp_channel.rules.onboarding.number_choice import State


def writable(number: str) -> Document:
	"""The row of a number. Raises frappe.PermissionError without write permission."""
	row = frappe.get_doc(NUMBER, number)
	row.check_permission("write")
	return row


def client_of(row: Document) -> CloudAPI:
	"""A client that acts for the number's account."""
	return access.client(row.account)


def state_of(node: PhoneNumber) -> State:
	"""The state of Meta's node, in the form that the rules take."""
	return State(status=node.status, on_business_app=node.is_on_biz_app, platform=node.platform_type)


def is_registered(number: str) -> bool:
	"""Whether the number can send, by the stored state."""
	return can_send(rows.one(NumberRow, number))


def can_send(row: NumberRow) -> bool:
	"""The same for a row that was read."""
	state = State(status=row.meta_status, on_business_app=bool(row.on_business_app))
	return number_choice.is_registered(state, bool(row.registered_on))


def write(number: str, changes: dict[str, Any]) -> None:
	"""Changes a number's row in its own transaction, so that the change is kept if the request fails, and updates open pages
	of the set-up."""
	if changes:
		in_transaction(lambda: write_within(number, changes))


def write_within(number: str, changes: dict[str, Any]) -> None:
	"""The same within the current transaction."""
	set_value(NUMBER, number, changes)
	publish(frappe.db.get_value(NUMBER, number, "account"))


def read_again(row: Document, **known: Any) -> PhoneNumber:
	"""Reads the node from Meta again and stores it. `known`: fields that Meta has just confirmed, because its nodes lag behind
	its responses, and may not be readable at all.

	Data from a webhook that arrived after the request is kept.
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
