"""What is stored of an account in words of ours, where Meta has none."""

from whatsapp_channel.rules.closed_set import ClosedSet


class PaymentMethod(ClosedSet):
	"""Whether Meta has a payment method of the account; empty while nobody has asked."""

	PRESENT = "Present"
	MISSING = "Missing"


class Subscription(ClosedSet):
	"""Whether Meta posts the account's webhooks to this site. LOST: it did once; empty: it never did, or nobody has asked."""

	CONFIRMED = "Confirmed"
	LOST = "Lost"
