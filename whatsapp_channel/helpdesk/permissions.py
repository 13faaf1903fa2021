"""Permissions for conversations: those of their ticket, or, without a ticket, of the channel's department."""

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel.database import single_value
from whatsapp_channel.doctypes import CHANNEL, CONVERSATION, CUSTOMER, IDENTITY, MEDIA, MESSAGE, SETTINGS
from whatsapp_channel.documents import load_permitted
from whatsapp_channel.rules.customers.masking import mask

SEES_ALL = {"System Manager"}
# The permission level of fields that identify a customer; DocType permissions grant it to roles.
NUMBERS_LEVEL = 1


def require_agent() -> None:
	"""Raises frappe.PermissionError if the user is not an agent for Helpdesk."""
	# Helpdesk is imported when it is needed: this module is loaded before Helpdesk's own are.
	from helpdesk.utils import is_agent

	if not is_agent():
		frappe.throw(_("Only agents can do this."), frappe.PermissionError)


def ticket_for_agent(name: object, right: str = "read") -> Document:
	"""Loads a ticket. Raises frappe.PermissionError unless the user is an agent with this permission, and
	frappe.DoesNotExistError."""
	require_agent()
	return ticket_as_stored(name, right)


def ticket_as_stored(name: object, right: str) -> Document:
	"""The same for any user with the permission, agent or not."""
	return load_permitted("HD Ticket", name, right)


def may_see_numbers(user: str | None = None) -> bool:
	"""Whether a user may see customers' numbers: always, unless the site hides them from agents; then only with read
	permission for level 1 of WhatsApp Customer."""
	user = user or frappe.session.user
	if _sees_all(user) or not single_value(SETTINGS, "mask_numbers"):
		return True
	return _reads_numbers(user)


def shown_number(number: str | None, user: str | None = None) -> str:
	"""A number, or user id, as this user may see it."""
	return (number or "") if may_see_numbers(user) else mask(number)


def display_name(customer: "frappe._dict", user: str | None = None) -> str:
	"""A customer's display name: the profile name, or their number or user id, masked if it must be hidden.

	`user`: the only reader, who may have the permission to see numbers. Without one the name is for everybody, for example
	in the subject of a ticket. `customer` has profile_name and bsuid.
	"""
	name = customer.profile_name or ""
	number = name.removeprefix("+")
	if not (name == customer.bsuid or (number != name and number.isdigit())):
		return name
	hidden = not may_see_numbers(user) if user else single_value(SETTINGS, "mask_numbers")
	return mask(name) if hidden else name


def may_read_conversation(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""Returns True or False in every case: Frappe 16 treats None as a refusal, Frappe 15 as consent."""
	user = user or frappe.session.user
	if _sees_all(user):
		return True
	if doc.ticket and frappe.db.exists("HD Ticket", doc.ticket):
		return bool(frappe.has_permission("HD Ticket", "read", doc.ticket, user=user))
	return _in_department(doc.channel, user)


def may_read_message(doc: Document, ptype: str | None = None, user: str | None = None) -> bool:
	"""A message has the permissions of its conversation."""
	user = user or frappe.session.user
	if _sees_all(user):
		return True
	if not doc.conversation or not frappe.db.exists(CONVERSATION, doc.conversation):
		return False
	return may_read_conversation(frappe.get_doc(CONVERSATION, doc.conversation), ptype, user)


def conversation_conditions(user: str | None = None) -> str:
	"""The same rule for lists, as an SQL condition on conversations."""
	user = user or frappe.session.user
	if _sees_all(user):
		return ""
	visible = " and ".join(f"({condition})" for condition in _ticket_conditions(user)) or "1 = 1"
	conversation = f"`tab{CONVERSATION}`"
	return f"""(
		{conversation}.ticket in (select `tabHD Ticket`.name from `tabHD Ticket` where {visible})
		or ({conversation}.ticket is null and {_department_condition(user)})
	)"""


def message_conditions(user: str | None = None) -> str:
	"""The same rule for lists of messages.

	The list is empty for users from whom numbers are hidden: Frappe lets them filter by hidden columns, digit by digit.
	"""
	if not may_see_numbers(user):
		return "1 = 0"
	condition = conversation_conditions(user)
	if not condition:
		return ""
	return f"""`tab{MESSAGE}`.conversation in (
		select `tab{CONVERSATION}`.name from `tab{CONVERSATION}` where {condition}
	)"""


def media_conditions(user: str | None = None) -> str:
	"""A file's row is as visible as its message. Frappe asks for the rights to the parent's DocType alone when it lists the
	rows of a child table."""
	condition = message_conditions(user)
	if not condition:
		return ""
	return f"""`tab{MEDIA}`.parent in (select `tab{MESSAGE}`.name from `tab{MESSAGE}` where {condition})"""


def identity_conditions(user: str | None = None) -> str:
	"""Former numbers are read by whoever reads the present one; the table's level counts for forms alone."""
	user = user or frappe.session.user
	if _sees_all(user) or _reads_numbers(user):
		return ""
	return f"`tab{IDENTITY}`.name is null"


def _reads_numbers(user: str) -> bool:
	return NUMBERS_LEVEL in frappe.get_meta(CUSTOMER).get_permlevel_access("read", user=user)


def _sees_all(user: str) -> bool:
	return user == "Administrator" or bool(SEES_ALL & set(frappe.get_roles(user)))


def _ticket_conditions(user: str) -> list[str]:
	"""The conditions that Helpdesk and other apps add to this user's lists of tickets."""
	methods = frappe.get_hooks("permission_query_conditions", {}).get("HD Ticket", [])
	return [found for method in methods if (found := frappe.call(frappe.get_attr(method), user))]


def _restricted_by_team() -> bool:
	return bool(single_value("HD Settings", "restrict_tickets_by_agent_group"))


def _teams(user: str) -> list[str]:
	return frappe.get_all("HD Team Member", {"user": user, "parenttype": "HD Team"}, pluck="parent")


def _in_department(channel: str, user: str) -> bool:
	if not _restricted_by_team():
		return True
	return frappe.db.get_value(CHANNEL, channel, "department") in _teams(user)


def _department_condition(user: str) -> str:
	if not _restricted_by_team():
		return "1 = 1"
	# As hexadecimal digits: whether a percent sign has to be written twice depends on who runs the query.
	teams = ", ".join(f"'{team.encode().hex()}'" for team in _teams(user)) or "''"
	return f"""`tab{CONVERSATION}`.channel in (
		select `tab{CHANNEL}`.name from `tab{CHANNEL}` where lower(hex(department)) in ({teams})
	)"""
