"""Whether Meta still accepts an account's token (ADR 0007): refusals stop sending, never receiving."""

from functools import partial

import frappe

from whatsapp_channel import settings
from whatsapp_channel.accounts import event_times, status
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import DEAD_TOKEN, Cause, CloudAPIError, Scope
from whatsapp_channel.database import save_now, set_value
from whatsapp_channel.doctypes import ACCOUNT, CUSTOMER, MESSAGE
from whatsapp_channel.jobs import wake_sender_after_commit
from whatsapp_channel.rules.accounts.account_events import ACCESS
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.translate import to_all

# One refusal may be a passing fault at Meta. Two in a row, with no success in between, are not.
REFUSALS_UNTIL_STOP = 2


def sending_is_stopped(account: str) -> bool:
	"""Whether messages of this account wait until an administrator has restored its access."""
	return bool(frappe.db.get_value(ACCOUNT, account, "attention_reason"))


def client(account: str) -> CloudAPI:
	"""A client for calls other than sending, such as a profile or a subscription. A refused token counts there as well.

	A token that may send but lacks the permission for this call is still valid. Raises frappe.ValidationError when the
	account has no token. A refusal is committed together with whatever was written before: call Meta first, write afterwards.
	"""
	return settings.cloud_api(account, watch=partial(_note_dead_token, account))


def _note_dead_token(account: str, error: CloudAPIError) -> None:
	if error.code in DEAD_TOKEN and is_refusal(error) and frappe.db.exists(ACCOUNT, account):
		note_refusal(account, error)


def is_refusal(error: CloudAPIError) -> bool:
	"""Whether Meta refuses the whole account. An unknown number is no reason to stop the account's other numbers."""
	return error.rule.cause is Cause.AUTHORISATION and error.rule.scope is not Scope.NUMBER


def note_refusal(account: str, error: CloudAPIError) -> bool:
	"""Counts an authorisation error; returns whether it stopped the account."""
	frappe.db.sql(
		f"update `tab{ACCOUNT}` set authorisation_failures = authorisation_failures + 1 where name = %s",
		(account,),
	)
	failures = frappe.db.get_value(ACCOUNT, account, "authorisation_failures")
	if failures >= REFUSALS_UNTIL_STOP:
		stop_sending(account, to_all(error.sentence), code=error.code or 0)
	save_now()  # outside of any message's transaction
	return failures >= REFUSALS_UNTIL_STOP


def stop_sending(account: str, reason: str, *, code: int) -> None:
	"""Marks the account and commits; its channels show *Needs Attention* with the reason."""
	_mark(account, reason, code=code, event=None)
	save_now()


def lose_access(account: str, reason: str, event: str) -> bool:
	"""Meta reports that access to the account was removed; returns whether that is new. Part of the caller's transaction."""
	if frappe.db.get_value(ACCOUNT, account, "attention_event"):
		return False
	_mark(account, reason, code=0, event=event)
	return True


def regain_access(account: str) -> bool:
	"""Meta reports that the account is accessible again; returns whether it had been marked as lost.

	Refused tokens are not reset by this: only a new token, or a call that Meta accepts, does that.
	"""
	if not frappe.db.get_value(ACCOUNT, account, "attention_event"):
		return False
	resume(account)
	return True


def _mark(account: str, reason: str, *, code: int, event: str | None) -> None:
	since = frappe.db.get_value(ACCOUNT, account, "attention_since") or site_now()
	values = {
		"attention_reason": reason,
		"attention_code": code,
		"attention_since": since,
		"attention_event": event,
	}
	set_value(ACCOUNT, account, values)
	status.refresh_account(account)


def note_success(account: str) -> None:
	"""Meta accepted a message, so earlier refusals no longer count."""
	if frappe.db.get_value(ACCOUNT, account, "authorisation_failures"):
		set_value(ACCOUNT, account, "authorisation_failures", 0)


def resume(account: str) -> None:
	"""Access is restored: clears the mark and queues the sending of waiting messages."""
	cleared = {
		"attention_reason": None,
		"attention_code": 0,
		"attention_since": None,
		"attention_event": None,
		"authorisation_failures": 0,
		"unanswered": 0,
		"silent_since": None,
		"next_probe": None,
	}
	set_value(ACCOUNT, account, cleared)
	# Older events about lost access are now out of date.
	event_times.remember_read(ACCOUNT, account, [ACCESS])
	refresh_channels(account)
	wake_waiting(account)


def wake_waiting(account: str) -> None:
	"""Queues the send jobs of an account's waiting messages once the current transaction is committed."""
	for customer, channel in _waiting_queues(account):
		wake_sender_after_commit(customer, channel)


def _waiting_queues(account: str) -> list[tuple[str, str]]:
	rows = frappe.db.sql(
		f"""select distinct message.customer, message.channel from `tab{MESSAGE}` message
		inner join `tab{CUSTOMER}` customer on customer.name = message.customer
		where message.status = '{MessageStatus.QUEUED}' and customer.account = %s""",
		(account,),
	)
	return [(row[0], row[1]) for row in rows]


def refresh_channels(account: str) -> None:
	"""Recomputes the status of every channel of an account."""
	status.refresh_account(account)
