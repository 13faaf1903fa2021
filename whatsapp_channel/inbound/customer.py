"""Who wrote: the customer's row, which is also what a conversation's work is locked by (design decision 4)."""

import frappe

from whatsapp_channel.cloud_api.webhook import ContactCard, InboundMessage
from whatsapp_channel.database import in_transaction
from whatsapp_channel.helpdesk import contacts, tickets
from whatsapp_channel.rules.phone import variants
from whatsapp_channel.rules.text import display_name

CUSTOMER = "WhatsApp Customer"


def find_or_create(account: str, message: InboundMessage, card: ContactCard | None) -> str:
	"""The customer's name. A new one is inserted and committed, because a row must exist before it can be locked."""
	wa_id, bsuid = message.sender_wa_id, message.sender_user_id

	def work() -> str:
		found = _find(account, wa_id, bsuid)
		return found or frappe.get_doc(_new(account, wa_id, bsuid, card)).insert(ignore_permissions=True).name

	# The unique keys decide who inserts; the others find that row when they look again.
	return in_transaction(work, also_retry=(frappe.UniqueValidationError, frappe.DuplicateEntryError))


def _find(account: str, wa_id: str | None, bsuid: str | None) -> str | None:
	if bsuid and (found := frappe.db.get_value(CUSTOMER, {"bsuid_key": _key(account, bsuid)})):
		return found
	if not wa_id:
		return None
	keys = [_key(account, variant) for variant in variants(wa_id)]
	found = frappe.get_all(CUSTOMER, {"phone_key": ["in", keys]}, ["name", "phone_key"])
	exact = [row.name for row in found if row.phone_key == keys[0]]
	return exact[0] if exact else (found[0].name if found else None)


def _key(account: str, identity: str) -> str:
	return f"{account}:{identity}"


def _new(account: str, wa_id: str | None, bsuid: str | None, card: ContactCard | None) -> dict:
	return {
		"doctype": CUSTOMER,
		"account": account,
		"wa_id": wa_id,
		"phone": f"+{wa_id}" if wa_id else None,
		"bsuid": bsuid,
		"phone_key": _key(account, wa_id) if wa_id else None,
		"bsuid_key": _key(account, bsuid) if bsuid else None,
		"profile_name": display_name((card and card.name) or "", f"+{wa_id}" if wa_id else str(bsuid)),
	}


def refresh(name: str, message: InboundMessage, card: ContactCard | None) -> "frappe._dict":
	"""Brings a locked customer up to date with what this message says of him and returns the row.

	Makes or finds his Contact when he has none.
	"""
	fields = ["name", "account", "wa_id", "phone", "bsuid", "profile_name", "contact"]
	row = frappe.db.get_value(CUSTOMER, name, fields, as_dict=True)
	changes = {}
	name_now = display_name((card and card.name) or "", row.profile_name)
	if name_now != row.profile_name:
		changes["profile_name"] = name_now
	changes |= _new_identities(row, message)
	if not row.contact or not frappe.db.exists("Contact", row.contact):
		changes["contact"] = contacts.find_or_create(
			row.wa_id, changes.get("profile_name") or row.profile_name
		)
	if changes:
		frappe.db.set_value(CUSTOMER, name, changes)
		row.update(changes)
		contacts.silence(tickets.address_of(row))
	return row


def _new_identities(row: "frappe._dict", message: InboundMessage) -> dict[str, str]:
	"""The id that this message adds to a customer known by the other one, unless it is another customer's."""
	found = {}
	if (
		message.sender_user_id
		and not row.bsuid
		and _is_free("bsuid_key", row.account, message.sender_user_id)
	):
		found |= {"bsuid": message.sender_user_id, "bsuid_key": _key(row.account, message.sender_user_id)}
	if message.sender_wa_id and not row.wa_id and _is_free("phone_key", row.account, message.sender_wa_id):
		number = message.sender_wa_id
		found |= {"wa_id": number, "phone": f"+{number}", "phone_key": _key(row.account, number)}
	return found


def _is_free(field: str, account: str, identity: str) -> bool:
	return not frappe.db.exists(CUSTOMER, {field: _key(account, identity)})
