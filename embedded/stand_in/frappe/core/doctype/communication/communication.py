"""Communication: a message about a document, which is notified of every save of the message."""

from typing import Any

import frappe
from frappe.model.document import Document


class Communication(Document):
	"""The parts of Frappe's controller that a channel uses."""

	def validate(self) -> None:
		"""Fill in missing fields."""
		if self.reference_doctype and self.reference_name and not self.reference_owner:
			self.reference_owner = frappe.db.get_value(self.reference_doctype, self.reference_name, "owner")
		self.user = self.user or frappe.session.user
		self.subject = self.subject or frappe.utils.strip_html((self.content or "")[:141])
		if not self.sent_or_received:
			self.seen, self.sent_or_received = 1, "Sent"
		if self.communication_medium == "Email":
			self._validate_addresses()
		self._name_sender()
		if self.is_new():
			linked = self.reference_doctype and self.reference_name
			self.status = (
				"Linked" if linked else "Open" if self.communication_type == "Communication" else "Closed"
			)

	def _validate_addresses(self) -> None:
		for addresses in (self.recipients, self.cc, self.bcc):
			for address in frappe.utils.split_emails(addresses):
				frappe.utils.validate_email_address(address, throw=True)

	def _name_sender(self) -> None:
		if self.sender_full_name or not self.sender:
			return
		if self.sender == "Administrator":
			name, address = frappe.db.get_value("User", "Administrator", ["full_name", "email"])
			self.sender_full_name, self.sender = name, address
		elif self.sender == "Guest":
			self.sender_full_name, self.sender = "Guest", None
		else:
			if self.sent_or_received == "Sent":
				frappe.utils.validate_email_address(self.sender, throw=True)
			name, self.sender = frappe.utils.parse_addr(self.sender)
			known = None if name != self.sender else frappe.db.get_value("User", self.sender, "full_name")
			known = known or (name != self.sender and name) or _contact_name(self.sender)
			self.sender_full_name = known or self.sender

	def after_insert(self) -> None:
		"""Notify the viewers of the document."""
		if self.reference_doctype and self.reference_name and self.communication_type == "Communication":
			message = {
				"doc": self.as_dict(convert_dates_to_str=True),
				"key": "communications",
				"action": "add",
			}
			place = {"doctype": self.reference_doctype, "docname": self.reference_name}
			frappe.publish_realtime("docinfo_update", message, after_commit=True, **place)

	def on_update(self) -> None:
		"""Reload the document and notify it of every save of the message."""
		parent = self.get("parent_doc")
		if not parent and self.reference_doctype and self.reference_name:
			parent = frappe.get_doc(self.reference_doctype, self.reference_name)
		if callable(listener := getattr(parent, "on_communication_update", None)):
			listener(self)


def _contact_name(address: str) -> str:
	found = frappe.db.get_value("Contact", {"email_id": address}, ["first_name", "last_name"])
	return "".join(each or "" for each in found or ())


def has_permission(doc: Any, ptype: str, user: str | None = None, debug: bool = False) -> bool | None:
	"""Reading a message requires read permission for its reference document."""
	if ptype != "read" or (doc.reference_doctype == "Communication" and doc.reference_name == doc.name):
		return None
	if doc.reference_doctype and doc.reference_name:
		return frappe.has_permission(doc.reference_doctype, ptype="read", doc=doc.reference_name, user=user)
	return None
