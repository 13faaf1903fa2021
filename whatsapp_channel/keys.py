"""Derived keys of rows."""

from hashlib import sha256

from whatsapp_channel.cloud_api.webhook_parser import Item


def wamid_key(wamid: str) -> str:
	"""The unique key of a message id. Ids differ by case alone, which the database's collation would fold."""
	return sha256(wamid.encode()).hexdigest()


def item_key(item: Item, delivery: str = "") -> str:
	"""Unique per item of a delivery. A message has one wamid in whatever batch Meta repeats it; the rest is known by its
	place."""
	if item.message:
		place = f"{item.kind.value}:{item.phone_number_id}:{item.message.id}"
	else:
		place = f"{delivery}:{item.position}"
	return sha256(place.encode()).hexdigest()
