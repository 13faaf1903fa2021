"""The states of a conversation."""

from whatsapp_channel.rules.closed_set import ClosedSet


class ConversationState(ClosedSet):
	"""OPEN: the customer waits. RESPONDED: the business wrote last. PENDING: an agent waits for somebody else."""

	OPEN = "Open"
	PENDING = "Pending"
	RESPONDED = "Responded"
	ENDED = "Ended"
