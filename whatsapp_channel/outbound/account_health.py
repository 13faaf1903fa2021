"""Whether Meta still accepts an account's token (design decision 7): refusals stop sending, never receiving."""

import frappe
from frappe import _

from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.jobs import wake_sender_after_commit

ACCOUNT = "WhatsApp Business Account"
# One refusal may be a moment's trouble at Meta; two in a row without a success between them are not.
REFUSALS_UNTIL_STOP = 2


def sending_is_stopped(account: str) -> bool:
	"""Whether messages of this account wait until an administrator has mended its access."""
	return bool(frappe.db.get_value(ACCOUNT, account, "attention_reason"))


def note_refusal(account: str, error: CloudAPIError) -> bool:
	"""Counts an authorisation error; returns whether it stopped the account."""
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set authorisation_failures = authorisation_failures + 1 where name = %s",
		(account,),
	)
	failures = frappe.db.get_value(ACCOUNT, account, "authorisation_failures")
	if failures >= REFUSALS_UNTIL_STOP:
		stop_sending(account, _(error.admin_text), code=error.code or 0)
	frappe.db.commit()  # nosemgrep: outside of any message's transaction
	return failures >= REFUSALS_UNTIL_STOP


def stop_sending(account: str, reason: str, *, code: int) -> None:
	"""Marks the account; its channels show *Needs Attention* with the reason."""
	values = {"attention_reason": reason, "attention_code": code, "attention_since": site_now()}
	frappe.db.set_value(ACCOUNT, account, values)
	refresh_channels(account)
	frappe.db.commit()  # nosemgrep


def note_success(account: str) -> None:
	"""A message was accepted: earlier refusals no longer count."""
	if frappe.db.get_value(ACCOUNT, account, "authorisation_failures"):
		frappe.db.set_value(ACCOUNT, account, "authorisation_failures", 0)


def resume(account: str) -> None:
	"""Access is mended: clears the mark and has the waiting messages sent."""
	cleared = {
		"attention_reason": None,
		"attention_code": 0,
		"attention_since": None,
		"authorisation_failures": 0,
	}
	frappe.db.set_value(ACCOUNT, account, cleared)
	refresh_channels(account)
	wake_waiting(account)


def wake_waiting(account: str) -> None:
	"""Has the queued messages of an account sent once the present transaction is committed."""
	for customer, channel in _waiting_queues(account):
		wake_sender_after_commit(customer, channel)


def _waiting_queues(account: str) -> list[tuple[str, str]]:
	rows = frappe.db.sql(
		"""select distinct message.customer, message.channel from `tabWhatsApp Session Message` message
		inner join `tabWhatsApp Customer` customer on customer.name = message.customer
		where message.status = 'Queued' and customer.account = %s""",
		(account,),
	)
	return [(row[0], row[1]) for row in rows]


def refresh_channels(account: str) -> None:
	"""Derives the status of every channel of an account anew."""
	numbers = frappe.get_all("WhatsApp Number", {"account": account}, pluck="name")
	for channel in frappe.get_all("WhatsApp Channel", {"number": ["in", numbers]}, pluck="name"):
		frappe.get_doc("WhatsApp Channel", channel).refresh_status()
