"""The payload files of webhooks, and what is read from them."""

from whatsapp_channel.cloud_api.webhook_parser import Item, read_delivery

from .recordings import PAYLOADS

WEBHOOKS = PAYLOADS / "webhooks"


def items_of(name: str, folder: str = "webhooks") -> tuple[Item, ...]:
	"""The items of one payload file, given without its ending."""
	delivery = read_delivery((PAYLOADS / folder / f"{name}.json").read_bytes())
	assert delivery.problem is None
	return delivery.items
