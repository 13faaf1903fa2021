"""Messages that are in no ticket yet, because their conversation had none."""

from whatsapp_channel import rows
from whatsapp_channel.conversations import business_app, communications
from whatsapp_channel.conversations.conversation_rows import CustomerRow, MessageRow
from whatsapp_channel.rules.messaging.session_rules import Direction


def file_waiting(conversation: str, ticket: str, customer: CustomerRow) -> None:
	"""Files every message of a conversation that is in no ticket yet, in the order in which they were written."""
	waiting = {
		"conversation": conversation,
		"direction": Direction.INCOMING,
		"communication": ["is", "not set"],
		"session": ["is", "set"],
	}
	unseen = rows.many(MessageRow, waiting, "message_timestamp, creation")
	from_app = business_app.waiting(conversation)
	for row in sorted([*unseen, *from_app], key=lambda row: row.message_timestamp):
		if row in from_app:
			business_app.file(row.name, ticket, customer)
		else:
			communications.file(row.name, conversation, ticket, customer)


def first_words(conversation: str) -> str:
	"""The summary of a conversation's first message, for the subject of its ticket."""
	counted = {"conversation": conversation, "direction": Direction.INCOMING, "session": ["is", "set"]}
	began = rows.first(MessageRow, counted, "message_timestamp, creation")
	return communications.summary(began) if began else ""
