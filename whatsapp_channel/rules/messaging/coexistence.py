"""What the business does in the WhatsApp Business app beside this channel (Meta: coexistence).

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

# Meta's reference, webhook `history`. Pending: the phone had not sent it yet when it was copied. That is no message
# of ours that waits, and must never look like one that is still to be sent.
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
	"""What a message of the business means for the ticket that shows it."""

	CONTEXT = "Context"  # written before the customer asked
	EARLIER = "Earlier"  # an answer, but the customer has written since
	LATEST = "Latest"  # nobody waits any more


def answer(at: datetime, asked: Iterable[datetime]) -> Answer:
	"""The meaning of a message written `at`, when the customer's messages of the ticket were written at `asked`.

	Of the same second: the customer's came first, as a colleague answers what he has read.
	"""
	moments = sorted(asked)
	if not moments or at < moments[0]:
		return Answer.CONTEXT
	return Answer.LATEST if at >= moments[-1] else Answer.EARLIER


def app_address(customer: str) -> str:
	"""The address that stands for the app in the tickets of one customer, by the name of the customer's row.

	Nobody knows which colleague held the phone, so it is no user's; and it is one customer's alone, so that who clicks
	"Reply" beneath such a message answers this customer and nobody else.
	"""
	return synthetic(f"business-app.{customer}")


def past_status(word: object, *, outgoing: bool) -> MessageStatus:
	"""The status of a message of the past from Meta's word in any case; what is unknown is accepted, and nothing more."""
	if not outgoing:
		return _S.RECEIVED
	return _PAST_STATUS.get(word.lower(), _S.ACCEPTED) if isinstance(word, str) else _S.ACCEPTED


def is_of(sender: str, person: str) -> bool:
	"""Whether the sender of a past message is this person; both in digits, in whatever spelling of the number."""
	return sender in variants(person)


def is_nameless(name: str | None, user_id: str | None) -> bool:
	"""Whether a customer has no name but an id of WhatsApp in its place, whole or masked."""
	return not name or name == user_id or bool(_ONLY_A_NUMBER.fullmatch(name))
