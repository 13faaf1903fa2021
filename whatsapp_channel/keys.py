"""Unique keys of rows that are derived from Meta's ids."""

from hashlib import sha256

from whatsapp_channel.cloud_api.webhook_parser import Item


def wamid_key(wamid: str) -> str:
	"""The unique key of a wamid: a hash, because wamids can differ by case only, which the database ignores."""
	return sha256(wamid.encode()).hexdigest()


def item_key(item: Item, delivery: str = "") -> str:
	"""The unique key of an item. A message is identified by its wamid, in whatever delivery Meta repeats it; other items by
	their position."""
	if item.message:
		place = f"{item.kind.value}:{item.phone_number_id}:{item.message.id}"
	else:
		place = f"{delivery}:{item.position}"
	return sha256(place.encode()).hexdigest()
