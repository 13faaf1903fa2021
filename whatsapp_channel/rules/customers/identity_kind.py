"""The kinds of ids that customers had."""

from whatsapp_channel.rules.closed_set import ClosedSet


class Kind(ClosedSet):
	"""The kind of a former id. RECORD: the name of a duplicate row that was merged into this one; addresses contain it."""

	PHONE = "Phone Number"
	USER = "User ID"
	RECORD = "Record"
