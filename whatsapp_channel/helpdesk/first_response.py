"""A reply that did not arrive is no first response.

Helpdesk dates the first response when a reply is written, and so it stays: what counts is when an agent answered, not
when Meta's webhook came. It is taken back when the whole reply has failed, and given again when it is sent again.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from whatsapp_channel import logs
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import is_conflict
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.timeouts import OutOfTime

TICKET = "HD Ticket"
# Whether something of a Communication is on its way or arrived; one without messages of ours went another way.
COUNTS = f"""(
	not exists (select 1 from `tab{MESSAGE}` m where m.communication = c.name and m.sent_again = 0)
	or exists (
		select 1 from `tab{MESSAGE}` m
		where m.communication = c.name and m.sent_again = 0 and m.status != '{MessageStatus.FAILED}'
	)
)"""


def take_back(communication: str) -> None:
	"""The first response is the next reply that counts, or none, if this one was it and failed as a whole."""
	_guarded(lambda: _take_back(communication))


def give(communication: str) -> None:
	"""A failed reply is on its way again: it is the first response if there is none by now."""
	_guarded(lambda: _give(communication))


def _guarded(work: Callable[[], None]) -> None:
	"""A ticket that cannot be saved, because its service level is set up wrongly, must not hold up the message."""
	frappe.db.savepoint("first_response")
	try:
		work()
	except OutOfTime:
		raise
	except Exception as error:
		if is_conflict(error):
			raise
		frappe.db.rollback(save_point="first_response")
		logs.report("WhatsApp: the first response of a ticket could not be corrected")


def _take_back(communication: str) -> None:
	reply, ticket = _place(communication)
	if not ticket or not ticket.first_responded_on or _counts(communication):
		return
	responded = get_datetime(ticket.first_responded_on)
	# Once set, Helpdesk leaves the time as it is: an earlier one was there before this reply.
	if responded < reply.creation:
		return
	following = _next_response(reply)
	if not following or following > responded:
		_write(ticket, following)


def _give(communication: str) -> None:
	_reply, ticket = _place(communication)
	if ticket and not ticket.first_responded_on:
		_write(ticket, site_now())


def _place(communication: str) -> tuple["frappe._dict", Document | None]:
	"""A reply and its ticket, which is locked: somebody else may save it at any moment."""
	fields = ["name", "creation", "communication_date", "reference_doctype", "reference_name"]
	reply = frappe.db.get_value("Communication", communication, fields, as_dict=True) or frappe._dict()
	if reply.reference_doctype != TICKET or not frappe.db.exists(TICKET, reply.reference_name):
		return reply, None
	return reply, frappe.get_doc(TICKET, reply.reference_name, for_update=True)


def _counts(communication: str) -> bool:
	return bool(
		frappe.db.sql(f"select 1 from `tabCommunication` c where c.name = %s and {COUNTS}", (communication,))
	)


def _next_response(reply: "frappe._dict") -> datetime | None:
	"""When an agent answered after `reply`, in a way that counts."""
	found = frappe.db.sql(
		f"""select c.creation from `tabCommunication` c
		where c.reference_doctype = %s and c.reference_name = %s and c.communication_date > %s
		and c.sent_or_received = 'Sent' and c.communication_type = 'Communication' and {COUNTS}
		order by c.creation limit 1""",
		(TICKET, str(reply.reference_name), reply.communication_date),
	)
	return get_datetime(found[0][0]) if found else None


def _write(ticket: Document, responded: datetime | None) -> None:
	"""Saves as Helpdesk does, so that it judges the agreement anew."""
	was_timed = ticket.first_response_time is not None
	ticket.update(
		{"first_responded_on": responded, "first_response_time": None, "first_response_failed_by": None}
	)
	if responded and was_timed:
		frappe.get_doc("HD Service Level Agreement", ticket.sla).set_first_response_time(ticket)
	if not responded and _was_marked_as_answered(ticket):
		ticket.status = ticket.default_open_status
	ticket.flags.ignore_mandatory = True
	ticket.save(ignore_permissions=True)


def _was_marked_as_answered(ticket: Document) -> bool:
	"""Whether a ticket has the status that Helpdesk gives with every reply, if it is told to give one: left in it, a
	ticket that waits for the customer would count as answered at its next save."""
	if not frappe.db.get_single_value("HD Settings", "auto_update_status"):
		return False
	return ticket.status == frappe.db.get_single_value("HD Settings", "update_status_to")
