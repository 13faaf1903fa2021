"""Rules for messages of the WhatsApp Business app on the same number (Meta: coexistence).

Its messages are free, and neither open nor prolong the 24-hour window.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

from whatsapp_channel.rules.customers.address import synthetic
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.message_status import MessageStatus

_S = MessageStatus

# Meta's reference, webhook `history`. Pending: the phone had not sent it yet when it was exported. It must never look like
# # a message of ours that is still to be sent.
_PAST_STATUS = {
	"pending": _S.ACCEPTED,
	"sent": _S.SENT,
	"delivered": _S.DELIVERED,
	"read": _S.READ,
	"played": _S.PLAYED,
	"error": _S.FAILED,
}
# A number as people, telephones or a mask write it: no letter, and something that stands for a digit.
_ONLY_A_NUMBER = re.compile(r"[^\w]*[\d•*xX][\d\s•*xX+().\-/]*")


class Answer(str, Enum):
	"""The meaning of an app's message for its ticket."""

	CONTEXT = "Context"  # written before the customer asked
	EARLIER = "Earlier"  # an answer, but the customer has written since
	LATEST = "Latest"  # an answer to the customer's latest message


def answer(at: datetime, asked: Iterable[datetime]) -> Answer:
	"""The meaning of a message written `at`, if the customer's messages in the ticket were written at `asked`.

	Within the same second the customer's message counts as the first.
	"""
	moments = sorted(asked)
	if not moments or at < moments[0]:
		return Answer.CONTEXT
	return Answer.LATEST if at >= moments[-1] else Answer.EARLIER


def app_address(customer: str) -> str:
	"""The synthetic sender address of the app in the tickets of one customer, by the name of the customer's row.

	It is not a user's address, because it is unknown which colleague wrote; and it belongs to one customer, so that "Reply" on
	such a message goes to this customer only.
	"""
	return synthetic(f"business-app.{customer}")


def past_status(word: object, *, outgoing: bool) -> MessageStatus:
	"""The status of an imported message from Meta's value, ignoring case; an unknown one becomes Accepted."""
	if not outgoing:
		return _S.RECEIVED
	return _PAST_STATUS.get(word.lower(), _S.ACCEPTED) if isinstance(word, str) else _S.ACCEPTED


def is_of(sender: str, person: str) -> bool:
	"""Whether the sender of an imported message is this person; both in digits, in any spelling of the number."""
	return sender in variants(person)


def is_nameless(name: str | None, user_id: str | None) -> bool:
	"""Whether a customer's name is only a number or id, possibly masked."""
	return not name or name == user_id or bool(_ONLY_A_NUMBER.fullmatch(name))
