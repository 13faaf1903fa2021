"""The sender job: sends the queued messages of one customer in one channel, in order, at most once (ADR 0006)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import jobs, logs, rows, settings
from whatsapp_channel.accounts import access, silence
from whatsapp_channel.clock import due_at, site_now, utc_now
from whatsapp_channel.cloud_api.client import Recipient, SentMessage
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown, Retry
from whatsapp_channel.cloud_api.outgoing import Unsendable
from whatsapp_channel.conversations import delivery_status
from whatsapp_channel.conversations.conversation_rows import ChannelRow, CustomerRow, OutgoingRow
from whatsapp_channel.database import in_transaction, named_lock, new_transaction, save_now
from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.outbound import held, outbox, pace
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.retry import next_attempt
from whatsapp_channel.translate import to_user

UNREACHABLE_RETRY_SECONDS = 10
# After a refused token: it may be a passing fault at Meta, so the second try is not made at once.
SECOND_LOOK = timedelta(seconds=5)


@logs.job
def send_queued(customer: str, channel: str) -> None:
	"""Sends a queue until it is empty or has to wait. It may be started any number of times."""
	jobs.act_as_site()
	queue = jobs.queue_name(customer, channel)
	with named_lock(queue, wait=2) as mine:
		if not mine:
			return
		while _look(queue, customer, channel):
			pass
		# A job that was queued during the last request has exited: the next wake-up must queue another one.
		jobs.clear_wake_flag(queue)


def _look(queue: str, customer: str, channel: str) -> bool:
	"""Processes the first message of a queue; False if the queue is empty or has to wait."""
	jobs.clear_wake_flag(queue)
	new_transaction()  # a new snapshot for the next query
	message = outbox.first(customer, channel)
	return bool(message) and _advance(message)


def _advance(message: OutgoingRow) -> bool:
	"""Processes the first message of a queue by its status; False if the queue has to wait."""
	if not outbox.is_due(message):
		return False
	if message.status == MessageStatus.SENDING:
		# We hold the queue's lock, so nobody is sending it: the response was lost, or the process died before saving it.
		_give_up_waiting(message)
		return True
	sender = _sender(message)
	if not sender:
		return False
	number, account = sender
	customer = rows.one(CustomerRow, message.customer)
	if not customer:
		# The customer was merged meanwhile, so the message is in the primary's queue now.
		return False
	if not (customer.wa_id or customer.bsuid):
		_fail(message, _("This customer has neither a number nor a user id."), code=None)
		return True
	try:
		client = settings.cloud_api(account)
	except (ValueError, frappe.ValidationError) as error:
		# Nothing was sent: the token is missing or unusable, so the account is stopped and the message waits.
		access.stop_sending(account, str(error), code=0)
		return False
	try:
		content = outbox.content_of(message)
	except Unsendable as error:
		_fail(message, to_user(error.sentence), code=None)
		return True
	if held.must_ask(message):
		in_transaction(lambda: held.hold(message))
		return True
	recipient = Recipient(customer.wa_id, customer.bsuid)
	pace.wait_for_turn(number)
	claimed = _claim(message)
	return bool(claimed) and _post(claimed, account, partial(client.send, number, recipient, content))


def _sender(message: OutgoingRow) -> tuple[str, str] | None:
	"""The number and account that send a message; None while the channel is deactivated, the account stopped or Meta silent."""
	channel = rows.one(ChannelRow, message.channel)
	if not channel or not channel.enabled:
		return None
	account = frappe.db.get_value(NUMBER, channel.number, "account")
	if not account or access.sending_is_stopped(account) or not silence.may_send(account):
		return None
	return channel.number, account


def _claim(message: OutgoingRow) -> OutgoingRow | None:
	"""Marks a message as Sending and commits, so that it is not sent again after a crash; None if it is no longer queued."""
	values = {
		"status": MessageStatus.SENDING,
		"attempts": message.attempts + 1,
		"last_attempt": site_now(),
		"next_attempt": None,
	}
	claimed = delivery_status.change(message.name, values, only_from=(MessageStatus.QUEUED,))
	save_now()  # must be durable before the request is sent
	return message.changed(values) if claimed else None


def _post(message: OutgoingRow, account: str, post: Callable[..., SentMessage]) -> bool:
	"""Posts one message and saves the outcome; False if the queue has to wait."""
	try:
		sent = post(reference=message.client_reference)
	except CloudAPIError as error:
		goes_on = _not_accepted(message, error, account)
		silence.note(account, error)
		return goes_on
	_accepted(message, sent, account)
	silence.note(account, None)
	return True


def _not_accepted(message: OutgoingRow, error: CloudAPIError, account: str) -> bool:
	if isinstance(error, NotSent):
		return _try_later(message, error, UNREACHABLE_RETRY_SECONDS)
	if isinstance(error, OutcomeUnknown):
		delivery_status.change(message.name, _said(error), only_from=(MessageStatus.SENDING,))
		save_now()
		return False
	return _refused(message, error, account)


def _accepted(message: OutgoingRow, sent: SentMessage, account: str) -> None:
	access.note_success(account)
	delivery_status.accept(message.name, wamid=sent.wamid, at=utc_now())


def _refused(message: OutgoingRow, error: CloudAPIError, account: str) -> bool:
	if access.is_refusal(error):
		access.note_refusal(account, error)
		# The account was refused, not this message, so the try does not count.
		again = {"next_attempt": due_at(utc_now() + SECOND_LOOK), "attempts": message.attempts - 1}
		_requeue(message, {**again, **_said(error)})
		return False
	if error.retry is Retry.NEVER:
		_fail(message, to_user(error.for_agent), code=error.code, words=error.meta_text)
		return True
	return _try_later(message, error, error.rule.delay_seconds)


def _said(error: CloudAPIError) -> dict[str, str]:
	"""What agents read of an error, and for administrators what Meta said."""
	return {"error": to_user(error.for_agent), "meta_error": error.meta_text}


def _fail(message: OutgoingRow, reason: str, code: int | None, words: str | None = None) -> None:
	"""Records the failure, again after a conflict: what Meta refused must not count as an unknown outcome."""
	in_transaction(lambda: delivery_status.fail(message.name, reason, code=code, words=words))


def _try_later(message: OutgoingRow, error: CloudAPIError, delay_seconds: int) -> bool:
	moment = next_attempt(error.retry, message.attempts, delay_seconds, utc_now())
	if moment is None:
		_fail(message, to_user(error.for_agent), code=error.code, words=error.meta_text)
		return True
	_requeue(message, {"next_attempt": due_at(moment), "error_code": error.code or 0, **_said(error)})
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
	delivery_status.refresh(message.communication)
	save_now()
