"""Where a message of the business, or of its past, was written."""

from whatsapp_channel.rules.closed_set import ClosedSet


class Origin(ClosedSet):
	"""CLOUD_API: what this app sends and what customers send to it. The others came to be without it (coexistence)."""

	CLOUD_API = "Cloud API"
	BUSINESS_APP = "Business App"
	HISTORY = "History"
