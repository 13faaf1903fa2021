"""Erases a person: their content and identity are deleted; counts and times are kept with an anonymous customer.

Every step can be interrupted and repeated. Long steps run first, in small transactions, while the person can still be found.
The last step locks the customer and does the rest in one transaction, so that a customer is never half erased.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field

import frappe
from frappe import _

from whatsapp_channel import jobs
from whatsapp_channel.clock import site_now
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import forget_former, name_columns
from whatsapp_channel.database import in_transaction, lock_row, named_lock, new_transaction, save_now
from whatsapp_channel.doctypes import ACCOUNT, CONVERSATION, CUSTOMER, MEDIA, MESSAGE, SESSION
from whatsapp_channel.helpdesk import personal_data as in_helpdesk
from whatsapp_channel.helpdesk.personal_data import NoteTexts, among
from whatsapp_channel.privacy import audit, deliveries, mentions, person_files
from whatsapp_channel.privacy.person import Asked, Person, choose, person
from whatsapp_channel.rules.customers.masking import HIDDEN, mask
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus

# A sender holds its lock while it posts a message: longer than a request may take.
SENDER_WAIT_SECONDS = 60
# A drain stops after a minute at most and its current item (inbound.drain.MOST_SECONDS).
DRAIN_WAIT_SECONDS = 120
QUOTED = 80

Progress = Callable[[int, str], None]


@dataclass(slots=True)
class Report:
	"""The numbers of erased rows; `elsewhere`: other apps' DocTypes that mention the person, which are not changed."""

	customers: int = 0
	messages: int = 0
	files: int = 0
	tickets: int = 0
	communications: int = 0
	contacts_deleted: int = 0
	contacts_kept: int = 0
	deliveries: int = 0
	logs: int = 0
	elsewhere: dict[str, int] = field(default_factory=dict)

	def as_dict(self) -> dict[str, object]:
		"""For the form and the command line."""
		return asdict(self)


def erase(wanted: Asked, customers: list[str] | None, progress: Progress) -> Report:
	"""Erases the customers that `wanted` means (see person.choose); repeating it erases what is left.

	Commits several times. Raises frappe.ValidationError while a message to the person is being sent.
	"""
	report, began = Report(), site_now()
	whom = person(wanted, choose(wanted, customers))
	progress(5, _("Stopping what waits to be sent"))
	for name in whom.customers:
		in_transaction(lambda name=name: _stop_sending(name))
	progress(10, _("Files"))
	in_helpdesk.flush_search()
	report.files += _remove_files(whom)
	progress(30, _("Stored webhooks"))
	report.deliveries += deliveries.erase(whom)
	progress(60, _("Logs"))
	report.logs += mentions.erase(whom)
	progress(75, _("Messages and tickets"))
	whom = _erase_at_once(wanted, customers, began, report)
	progress(85, _("Search"))
	in_helpdesk.rebuild_search()
	progress(90, _("Looking for what is left"))
	report.elsewhere = mentions.elsewhere(whom)
	progress(100, _("Done"))
	return report


def _stop_sending(customer: str) -> None:
	lock_row(CUSTOMER, customer)
	frappe.db.sql(
		f"update `tab{MESSAGE}` set status = %s, next_attempt = null where customer = %s and status in %s",
		(MessageStatus.FAILED, customer, (MessageStatus.QUEUED, MessageStatus.HELD)),
	)


def _remove_files(whom: Person) -> int:
	found = person_files.of(whom, in_helpdesk.records_of(whom.customers, whom.addresses))
	person_files.remove(found)
	person_files.remove_parts(whom.customers)
	save_now()  # the content is deleted already
	return len(found)


def _erase_at_once(wanted: Asked, customers: list[str] | None, began: object, report: Report) -> Person:
	"""Erases everything that is linked to the customers' rows, and the rows, in one transaction under their locks; returns the
	person.

	No drain runs meanwhile: what they had in memory is filed by then, and what they read next no longer has the person.
	"""
	with ExitStack() as locks:
		_hold_senders(locks, person(wanted, choose(wanted, customers)))
		_hold_drains(locks)
		# Includes what the drains have filed meanwhile, and what the desk's search has queued.
		in_helpdesk.flush_search()
		new_transaction()  # a new snapshot
		whom = person(wanted, choose(wanted, customers))
		_in_one_transaction(wanted, whom, began, report)
	jobs.wake_drain()  # a drain that started while the lock was held has exited
	return whom


def _hold_drains(locks: ExitStack) -> None:
	"""Keeps all drains away. Those at work have the first places, so these come last: a drain that starts meanwhile finds no
	place, and the wait is as long as the drains at work need, not as all that follow them."""
	for place in reversed(jobs.PLACES):
		if not locks.enter_context(named_lock(place, wait=DRAIN_WAIT_SECONDS)):
			frappe.throw(_("Received messages are still being worked off. Start it again in a few minutes."))


def _hold_senders(locks: ExitStack, whom: Person) -> None:
	for queue in _queues(whom):
		if not locks.enter_context(named_lock(queue, wait=SENDER_WAIT_SECONDS)):
			frappe.throw(_("A message to this customer is being sent right now. Try again in a minute."))


def _in_one_transaction(wanted: Asked, whom: Person, began: object, report: Report) -> None:
	counted = dict(asdict(report))

	def work() -> None:
		for name in sorted(whom.customers):
			lock_row(CUSTOMER, name)
		for key, value in counted.items():
			setattr(report, key, value)
		_erase_locked(whom, began, report)
		audit.note_erased(wanted, report.as_dict())

	in_transaction(work)


def _queues(whom: Person) -> list[str]:
	"""The names of the sender locks for the person: a message that is being sent must be settled first."""
	rows = frappe.get_all(
		CONVERSATION,
		{"customer": among(whom.customers)},
		["customer", "channel"],
		distinct=True,
		order_by=None,
	)
	return sorted(jobs.queue_name(row.customer, row.channel) for row in rows)


def _erase_locked(whom: Person, began: object, report: Report) -> None:
	records = in_helpdesk.records_of(whom.customers, whom.addresses)
	note_texts = _note_texts(whom) if records.shared else NoteTexts()
	found = person_files.of(whom, records)
	report.files += person_files.remove(found)
	report.deliveries += deliveries.erase(whom, since=began, commit=False)
	report.tickets, report.communications = len(records.own), len(records.communications)
	for name in whom.customers:
		shell = _shell(name)
		if name == whom.customers[0]:
			in_helpdesk.erase_records(records, whom.customers, note_texts, shell)
			in_helpdesk.silence_shell(shell)
		report.messages += _hand_over(name, shell.name)
		report.customers += 1
	in_helpdesk.forget_trails(CUSTOMER, whom.customers)
	for name in whom.contacts:
		if in_helpdesk.erase_contact(name, whom.numbers):
			report.contacts_deleted += 1
		else:
			report.contacts_kept += 1
	frappe.db.delete("Email Unsubscribe", {"email": among(whom.addresses)})


def _note_texts(whom: Person) -> NoteTexts:
	rows = frappe.get_all(MESSAGE, {"customer": among(whom.customers)}, ["text", "original_text"])
	beginnings = [text[:QUOTED] for row in rows for text in (row.text, row.original_text) if text]
	# A mask that hides the whole id would match everybody.
	masked = {mask(each) for each in whom.ids if mask(each)[-1] != HIDDEN[-1]}
	return NoteTexts(tuple(beginnings), (*whom.mentions, *sorted(masked)))


def _shell(customer: str) -> CustomerRow:
	"""Creates an anonymous customer of the same account, who gets the counts and times.

	It is a new row, so that a process that waits for the old row's lock sees that the customer no longer exists.
	"""
	account = frappe.db.get_value(CUSTOMER, customer, "account")
	values = {"doctype": CUSTOMER, "account": account, **name_columns(_("Erased customer"), None)}
	document = frappe.get_doc(values)
	document.flags.ignore_links = not frappe.db.exists(ACCOUNT, account)
	document.insert(ignore_permissions=True)
	return CustomerRow(document.name, account, profile_name=document.profile_name)


def _hand_over(customer: str, shell: str) -> int:
	"""Empties the customer's rows, moves them to `shell` and deletes the customer; returns the number of messages.

	`wamid_key`, an irreversible hash, is kept: Meta may repeat a message for seven days, and an erased one must not come back.
	Our own reference is deleted, so that a late status does not store the wamid again.
	"""
	count = frappe.db.count(MESSAGE, {"customer": customer})
	frappe.db.sql(
		f"delete from `tab{MEDIA}` where parent in (select name from `tab{MESSAGE}` where customer = %s)",
		(customer,),
	)
	frappe.db.sql(
		f"""update `tab{MESSAGE}` set customer = %s, text = %s, original_text = null, content = null, payload = null, wamid = null,
		quoted_wamid = null, quoted_key = null, reaction = null, error = null, meta_error = null,
		meta_conversation = null, client_reference = null, next_attempt = null,
		status = case when status in ('{MessageStatus.QUEUED}', '{MessageStatus.HELD}', '{MessageStatus.SENDING}')
		then '{MessageStatus.FAILED}' else status end where customer = %s""",
		(shell, _("Erased on request."), customer),
	)
	frappe.db.sql(
		f"""update `tab{CONVERSATION}` set customer = %s, state = '{ConversationState.ENDED}', window_ends = null,
		ended_at = coalesce(ended_at, %s) where customer = %s""",
		(shell, site_now(), customer),
	)
	frappe.db.sql(f"update `tab{SESSION}` set customer = %s where customer = %s", (shell, customer))
	forget_former(customer)
	frappe.db.delete(CUSTOMER, {"name": customer})
	frappe.clear_document_cache(CUSTOMER, customer)
	return count
