"""Where a message of the business, or an imported message, comes from."""

from whatsapp_channel.rules.closed_set import ClosedSet


class Origin(ClosedSet):
	"""CLOUD_API: sent or received by this app. The others come from the WhatsApp Business app (coexistence)."""

	CLOUD_API = "Cloud API"
	BUSINESS_APP = "Business App"
	HISTORY = "History"
