"""What the ticket page calls: conversation, merge, split."""

import copy
from typing import Any

import frappe
from frappe._embedded.missing import missing_in
from frappe.model.base_document import get_controller
from frappe.utils import get_user_info_for_avatar, now_datetime, nowdate
from helpdesk.utils import agent_only

__getattr__ = missing_in(__name__)
_COMMUNICATION = (
	"bcc",
	"cc",
	"content",
	"creation",
	"communication_date",
	"name",
	"sender",
	"recipients",
	"subject",
	"delivery_status",
	"sent_or_received",
	"user",
)


@frappe.whitelist()
def new(doc: dict, attachments: list[dict] = []) -> Any:  # noqa: B006 (Helpdesk's signature)
	"""A ticket from the portal, raised by the present user."""
	values = {**doc, "doctype": "HD Ticket", "via_customer_portal": bool(frappe.session.user)}
	return frappe.get_doc(values | {"attachments": attachments}).insert()


@frappe.whitelist()
def get_one(name: str, is_customer_portal: bool = False) -> dict[str, Any]:
	"""All columns of a ticket, with its conversation."""
	frappe.has_permission("HD Ticket", "read", name, throw=True)
	ticket = frappe.db.get_value("HD Ticket", name, "*", as_dict=True)
	fields = ["company_name", "email_id", "image", "mobile_no", "name", "phone"]
	contact = ticket.contact and frappe.db.get_value("Contact", ticket.contact, fields, as_dict=True)
	fallback = {"email_id": ticket.raised_by, "name": ticket.raised_by.split("@")[0]}
	return {**ticket, **get_ticket_activities(name), "contact": contact or fallback}


@frappe.whitelist()
def get_ticket_activities(ticket: str) -> dict[str, Any]:
	"""Comments, communications and history of a ticket."""
	frappe.has_permission("HD Ticket", "read", ticket, throw=True)
	parts = {"comments": get_comments(ticket), "communications": get_communications(ticket)}
	return parts | {"history": get_history(ticket), "views": [], "calls": []}


def get_communications(ticket: str) -> list[Any]:
	"""Every communication of a ticket, whatever its type or medium, oldest first."""
	if not frappe.has_permission("HD Ticket", "read", ticket):
		return []
	place = {"reference_doctype": "HD Ticket", "reference_name": ticket}
	rows = frappe.get_all(
		"Communication", filters=place, fields=list(_COMMUNICATION), order_by="creation asc"
	)
	for row in rows:
		row.attachments = get_attachments("Communication", row.name)
		author = row.user if row.sent_or_received == "Sent" and row.user else row.sender
		row.user = get_user_info_for_avatar(author)
	return rows


def get_comments(ticket: str) -> list[Any]:
	"""The internal remarks of a ticket, for those who may read them."""
	if not frappe.has_permission("HD Ticket Comment", "read"):
		return []
	fields = ["commented_by", "content", "creation", "is_pinned", "name"]
	rows = frappe.get_all(
		"HD Ticket Comment", filters={"reference_ticket": ticket}, fields=fields, order_by="creation asc"
	)
	for row in rows:
		row.user = get_user_info_for_avatar(row.commented_by)
		row.attachments = get_attachments("HD Ticket Comment", row.name)
	return rows


def get_history(ticket: str) -> list[Any]:
	"""The log of a ticket, for those who may read it."""
	if not frappe.has_permission("HD Ticket Activity", "read"):
		return []
	fields = ["name", "action", "owner", "creation"]
	return frappe.get_all(
		"HD Ticket Activity", filters={"ticket": str(ticket)}, fields=fields, order_by="creation desc"
	)


def get_attachments(doctype: str, name: str) -> list[Any]:
	"""The files of a document."""
	place = {"attached_to_doctype": doctype, "attached_to_name": name}
	return frappe.get_all("File", filters=place, fields=["name", "file_url", "file_name"])


@frappe.whitelist()
@agent_only
def merge_ticket(source: str, target: str) -> None:
	"""Copy everything to the target, by insert, and close the source with a notice that has no recipient."""
	for label, name in (("Source", source), ("Target", target)):
		if not frappe.db.exists("HD Ticket", name):
			frappe.throw(f"{label} ticket does not exist")
	if source == target:
		frappe.throw("Source and target ticket cannot be same")
	_copy_rows("HD Ticket Comment", {"reference_ticket": source}, {"reference_ticket": target})
	place = {"reference_doctype": "HD Ticket", "reference_name": source}
	_copy_rows("Communication", place, {"reference_name": target})
	files = {"attached_to_doctype": "HD Ticket", "attached_to_name": source}
	_copy_rows("File", files, {"attached_to_name": target})
	doc = frappe.get_doc("HD Ticket", source)
	doc.update({"status": "Closed", "is_merged": 1, "merged_with": target})
	doc.save()
	link = f"<a href = '/helpdesk/tickets/{target}'>#{target}</a>"
	notice = f"This ticket (#{source}) has been merged with ticket {link}."
	get_controller("HD Ticket").reply_via_agent(doc, message=notice)
	comment = frappe.new_doc("HD Ticket Comment")
	content = (
		f"Ticket <a href=/helpdesk/tickets/{source}> #{source}</a>  has been merged with ticket #{target}."
	)
	comment.update({"commented_by": frappe.session.user, "reference_ticket": target, "content": content})
	comment.save()


def _copy_rows(doctype: str, filters: dict[str, Any], changes: dict[str, Any]) -> None:
	for name in frappe.get_list(doctype, filters=filters, pluck="name"):
		original = frappe.get_doc(doctype, name)
		duplicate = frappe.copy_doc(original)
		duplicate.update(changes)
		duplicate.insert(ignore_permissions=True)
		if doctype == "File":
			return  # Helpdesk 1.25.1 copies the first file only
		for file in get_attachments(doctype, name):
			get_controller("HD Ticket").attach_file_with_doc(
				duplicate, doctype, duplicate.name, file.file_url
			)
		kept = {key: original.get(key) for key in ("creation", "modified", "owner", "modified_by")}
		frappe.db.set_value(doctype, duplicate.name, kept, update_modified=False)


@frappe.whitelist()
@agent_only
def split_ticket(subject: str, communication_id: str) -> str:
	"""Move a communication and all later ones to a copy of the ticket; returns the copy's name."""
	ticket, since = frappe.db.get_value("Communication", communication_id, ["reference_name", "creation"])
	doc = frappe.get_doc("HD Ticket", ticket)
	fresh = _duplicate(doc, subject)
	for doctype, field, place in (
		("Communication", "reference_name", {"reference_doctype": "HD Ticket"}),
		("HD Ticket Comment", "reference_ticket", {}),
		("HD Ticket Activity", "ticket", {}),
		("File", "attached_to_name", {"attached_to_doctype": "HD Ticket"}),
	):
		moved = {field: ticket, "creation": [">=", since], **place}
		frappe.db.set_value(doctype, moved, field, fresh, update_modified=False)
	link = frappe.utils.get_url(f"/helpdesk/tickets/{fresh}")
	notice = "This ticket has been split to a new ticket. Please follow up on ticket"
	get_controller("HD Ticket").reply_via_agent(doc, message=f"{notice} <a href={link}>#{fresh}</a>.")
	return fresh


def _duplicate(doc: Any, subject: str) -> str:
	fresh = copy.deepcopy(doc)
	fresh.update({"subject": subject, "status": "Open", "ticket_split_from": doc.name, "description": None})
	fresh.update({"first_response_time": 0, "first_responded_on": None, "is_merged": 0, "merged_with": None})
	fresh.update(
		{"creation": now_datetime(), "opening_date": nowdate(), "sla": None, "resolution_date": None}
	)
	fresh.insert(ignore_permissions=True)
	return fresh.name
