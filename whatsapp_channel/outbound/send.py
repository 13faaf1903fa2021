"""Sends what is queued for one customer in one channel, in order and at most once (design decision 6)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import jobs, logs, rows, settings
from whatsapp_channel.accounts import access
from whatsapp_channel.clock import due_at, site_now, utc_now
from whatsapp_channel.cloud_api.client import Recipient, SentMessage
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown, Retry
from whatsapp_channel.cloud_api.outgoing import Unsendable
from whatsapp_channel.conversations import delivery_status
from whatsapp_channel.conversations.conversation_rows import ChannelRow, CustomerRow, OutgoingRow
from whatsapp_channel.database import in_transaction, named_lock, new_transaction, save_now
from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.outbound import outbox
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.retry import next_attempt
from whatsapp_channel.translate import to_user

UNREACHABLE_RETRY_SECONDS = 10
# After a refused token: one may be a moment's trouble at Meta, so the second try is not made in the same moment.
SECOND_LOOK = timedelta(seconds=5)


@logs.job
def send_queued(customer: str, channel: str) -> None:
	"""Works off a queue until it is empty or has to wait. Safe to start any number of times."""
	jobs.act_as_site()
	queue = jobs.queue_name(customer, channel)
	with named_lock(queue, wait=2) as mine:
		if not mine:
			return
		while _look(queue, customer, channel):
			pass
		# A job that was woken while the last request was on its way has left: the next wake-up must start another.
		jobs.clear_wake_flag(queue)


def _look(queue: str, customer: str, channel: str) -> bool:
	"""Does the next thing in a queue; False when it is empty or has to wait."""
	jobs.clear_wake_flag(queue)
	new_transaction()  # a fresh snapshot for the next look
	message = outbox.first(customer, channel)
	return bool(message) and _advance(message)


def _advance(message: OutgoingRow) -> bool:
	"""Does the next thing for the first message in the queue; False when the queue has to wait."""
	if not outbox.is_due(message):
		return False
	if message.status == MessageStatus.SENDING:
		# We hold the queue's lock, so nobody is sending it: its answer was lost, or the process died before saving it.
		_give_up_waiting(message)
		return True
	sender = _sender(message)
	if not sender:
		return False
	number, account = sender
	customer = rows.one(CustomerRow, message.customer)
	if not customer:
		# Joined into another row since, in whose queue the message is now.
		return False
	if not (customer.wa_id or customer.bsuid):
		_fail(message, _("This customer has neither a number nor a user id."), code=None)
		return True
	try:
		client = settings.cloud_api(account)
	except (ValueError, frappe.ValidationError) as error:
		# Nothing has left: the token is missing or is none, so the account stops and the message waits.
		access.stop_sending(account, str(error), code=0)
		return False
	try:
		content = outbox.content_of(message)
	except Unsendable as error:
		_fail(message, to_user(error.sentence), code=None)
		return True
	recipient = Recipient(customer.wa_id, customer.bsuid)
	claimed = _claim(message)
	return bool(claimed) and _post(claimed, account, partial(client.send, number, recipient, content))


def _sender(message: OutgoingRow) -> tuple[str, str] | None:
	"""Number and account that send a message; None while the channel is deactivated or the account refused."""
	channel = rows.one(ChannelRow, message.channel)
	if not channel or not channel.enabled:
		return None
	account = frappe.db.get_value(NUMBER, channel.number, "account")
	if not account or access.sending_is_stopped(account):
		return None
	return channel.number, account


def _claim(message: OutgoingRow) -> OutgoingRow | None:
	"""Marks a message as being sent and commits, so that no crash can have it sent a second time; None when it no
	longer waits."""
	values = {
		"status": MessageStatus.SENDING,
		"attempts": message.attempts + 1,
		"last_attempt": site_now(),
		"next_attempt": None,
	}
	claimed = delivery_status.change(message.name, values, only_from=(MessageStatus.QUEUED,))
	save_now()  # must be durable before the request leaves
	return message.changed(values) if claimed else None


def _post(message: OutgoingRow, account: str, post: Callable[..., SentMessage]) -> bool:
	"""Posts one message and saves the outcome; False when the queue has to wait."""
	try:
		sent = post(reference=message.client_reference)
	except NotSent as error:
		return _try_later(message, error, UNREACHABLE_RETRY_SECONDS)
	except OutcomeUnknown as error:
		delivery_status.change(
			message.name, {"error": to_user(error.for_agent)}, only_from=(MessageStatus.SENDING,)
		)
		save_now()
		return False
	except CloudAPIError as error:
		return _refused(message, error, account)
	_accepted(message, sent, account)
	return True


def _accepted(message: OutgoingRow, sent: SentMessage, account: str) -> None:
	access.note_success(account)
	delivery_status.accept(message.name, wamid=sent.wamid, at=utc_now())


def _refused(message: OutgoingRow, error: CloudAPIError, account: str) -> bool:
	if access.is_refusal(error):
		access.note_refusal(account, error)
		# It was the account that was refused, not this message: that must not use up its tries.
		again = {"next_attempt": due_at(utc_now() + SECOND_LOOK), "attempts": message.attempts - 1}
		_requeue(message, {**again, "error": to_user(error.for_agent)})
		return False
	if error.retry is Retry.NEVER:
		_fail(message, to_user(error.for_agent), code=error.code)
		return True
	return _try_later(message, error, error.rule.delay_seconds)


def _fail(message: OutgoingRow, reason: str, code: int | None) -> None:
	"""Again after a conflict over the ticket: what Meta has refused must not be taken for unknown."""
	in_transaction(lambda: delivery_status.fail(message.name, reason, code=code))


def _try_later(message: OutgoingRow, error: CloudAPIError, delay_seconds: int) -> bool:
	moment = next_attempt(error.retry, message.attempts, delay_seconds, utc_now())
	reason = to_user(error.for_agent)
	if moment is None:
		_fail(message, reason, code=error.code)
		return True
	_requeue(message, {"next_attempt": due_at(moment), "error": reason, "error_code": error.code or 0})
	return False


def _requeue(message: OutgoingRow, values: dict[str, Any]) -> None:
	delivery_status.change(
		message.name, {"status": MessageStatus.QUEUED, **values}, only_from=(MessageStatus.SENDING,)
	)
	save_now()


def _give_up_waiting(message: OutgoingRow) -> None:
	text = _(
		"WhatsApp did not confirm this message. It may have arrived. Check with the customer before you send it again."
	)
	delivery_status.change(
		message.name, {"status": MessageStatus.UNCONFIRMED, "error": text}, only_from=(MessageStatus.SENDING,)
	)
	delivery_status.show(message.communication)
	save_now()
