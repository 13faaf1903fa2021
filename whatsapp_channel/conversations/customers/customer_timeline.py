"""Entries in a customer's timeline about their ids, which explain where a message was filed."""

from datetime import datetime
from html import escape

import frappe

from whatsapp_channel.clock import to_site, to_utc
from whatsapp_channel.database import set_value, single_value
from whatsapp_channel.doctypes import CUSTOMER, SETTINGS
from whatsapp_channel.rules.customers.masking import mask
from whatsapp_channel.rules.customers.phone import of_wa_id

GENERAL = "WhatsApp"
MARKETING = "WhatsApp Marketing"


def shown(identity: str | None) -> str:
	"""A number or user id as it may be shown, masked if the site hides numbers."""
	if not identity:
		return "?"
	if single_value(SETTINGS, "mask_numbers"):
		return mask(identity)
	return of_wa_id(identity) if identity.isdigit() else identity


def note(name: str, text: str, at: datetime, subject: str = GENERAL) -> bool:
	"""Adds an entry dated `at` (UTC); False if it exists already."""
	moment = to_site(at)
	place, content = _place(name, subject), escape(text, quote=False)
	if frappe.db.exists("Comment", {**place, "creation": moment, "content": content}):
		return False
	row = {"doctype": "Comment", "comment_type": "Info", "content": content, **place}
	comment = frappe.get_doc(row).insert(ignore_permissions=True)
	set_value("Comment", comment.name, "creation", moment, update_modified=False)
	return True


def note_once(name: str, text: str, at: datetime) -> None:
	"""Adds an entry about a lasting situation, only the first time that it is seen."""
	if not frappe.db.exists("Comment", {**_place(name, GENERAL), "content": escape(text, quote=False)}):
		note(name, text, at)


def _place(name: str, subject: str) -> dict[str, str]:
	return {"reference_doctype": CUSTOMER, "reference_name": name, "subject": subject}


def last(name: str, subject: str) -> datetime | None:
	"""The time of the newest entry on a subject, in UTC."""
	place = _place(name, subject)
	found = frappe.get_all("Comment", place, pluck="creation", order_by="creation desc", limit=1)
	return to_utc(found[0]) if found else None
