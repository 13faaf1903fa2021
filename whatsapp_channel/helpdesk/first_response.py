"""Keeps Helpdesk's first response correct: a reply that failed does not count.

Helpdesk sets the first response when a reply is written, and that time is kept: what counts is when the agent answered,
not when Meta's webhook arrived. It is removed if the whole reply fails, and set again if the reply is resent.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from whatsapp_channel import logs
from whatsapp_channel.clock import site_now, to_site
from whatsapp_channel.database import is_conflict, set_value, single_value
from whatsapp_channel.doctypes import MESSAGE
from whatsapp_channel.helpdesk.copies import copies_of, with_copies
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.timeouts import OutOfTime

TICKET = "HD Ticket"
# Whether a part of a Communication is being sent or was delivered; one without message rows went by e-mail.
COUNTS = f"""(
	not exists (select 1 from `tab{MESSAGE}` m where m.communication = c.name and m.sent_again = 0)
	or exists (
		select 1 from `tab{MESSAGE}` m
		where m.communication = c.name and m.sent_again = 0
		and m.status not in ('{MessageStatus.FAILED}', '{MessageStatus.DISCARDED}')
	)
)"""


def date(ticket: str, at: datetime, *, save: bool = False) -> None:
	"""Sets a ticket's first response to `at` (aware UTC) if it has none; `save`: saves the ticket, so that Helpdesk updates
	the state of its service level."""
	row = frappe.db.get_value(TICKET, ticket, ["first_responded_on", "creation"], as_dict=True)
	if row.first_responded_on:
		return
	responded = max(row.creation, to_site(at))
	if not save:
		set_value(TICKET, ticket, "first_responded_on", responded, update_modified=False)
		return
	document = frappe.get_doc(TICKET, ticket)
	document.first_responded_on = responded
	document.flags.ignore_mandatory = True
	document.save(ignore_permissions=True)


def take_back(communication: str) -> None:
	"""The first response is the next reply that counts, or none, if this one was it and failed as a whole.

	Also in a ticket for which a merge made the reply's copy the first response.
	"""
	if not _counts(communication):
		for place in with_copies(communication):
			_guarded(partial(_take_back, place))


def give(communication: str) -> None:
	"""A failed reply is on its way again: it is the first response if there is none by now."""
	for place in with_copies(communication):
		_guarded(partial(_give, place))


def restore(communication: str) -> None:
	"""A reply whose failure was reported arrived after all: it is the first response again, unless one was earlier."""
	_guarded(partial(_restore, communication))
	for copy in copies_of([communication]).get(communication, ()):
		_guarded(partial(_give_back, copy))


def _guarded(work: Callable[[], None]) -> None:
	"""Runs `work`; a ticket that cannot be saved, for example with a wrong service level, must not stop the message."""
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
	if not ticket or not ticket.first_responded_on:
		return
	responded = get_datetime(ticket.first_responded_on)
	# Helpdesk sets the time only once: an earlier time belongs to an earlier reply.
	if responded < reply.creation:
		return
	following = _next_response(reply)
	if not following or following > responded:
		_write(ticket, following)


def _give(communication: str) -> None:
	_reply, ticket = _place(communication)
	if ticket and not ticket.first_responded_on:
		_write(ticket, site_now())


def _restore(communication: str) -> None:
	reply, ticket = _place(communication)
	written = get_datetime(reply.creation)
	if ticket and not (ticket.first_responded_on and get_datetime(ticket.first_responded_on) <= written):
		_write(ticket, written)


def _give_back(copy: str) -> None:
	"""What the ticket had before a merge brought the reply is not known: what it has now stays."""
	reply, ticket = _place(copy)
	if ticket and not ticket.first_responded_on:
		_write(ticket, max(ticket.creation, get_datetime(reply.creation)))


def _place(communication: str) -> tuple["frappe._dict", Document | None]:
	"""A reply and its ticket, which is locked, because others may save it at any moment."""
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
	"""The time of the next agent's reply after `reply` that counts."""
	found = frappe.db.sql(
		f"""select c.creation from `tabCommunication` c
		where c.reference_doctype = %s and c.reference_name = %s and c.communication_date > %s
		and c.sent_or_received = 'Sent' and c.communication_type = 'Communication' and {COUNTS}
		order by c.creation limit 1""",
		(TICKET, str(reply.reference_name), reply.communication_date),
	)
	return get_datetime(found[0][0]) if found else None


def _write(ticket: Document, responded: datetime | None) -> None:
	"""Saves the ticket as Helpdesk does, so that the state of its service level is updated."""
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
	"""Whether a ticket still has the status that Helpdesk can be configured to set with every reply. If it kept that status
	after the reply failed, it would count as answered at its next save."""
	if not single_value("HD Settings", "auto_update_status"):
		return False
	return ticket.status == single_value("HD Settings", "update_status_to")
