"""Unique keys of rows that are derived from Meta's ids."""

from hashlib import sha256

from whatsapp_channel.cloud_api.webhook_parser import Item

OF_A_NUMBER = "n"
"""The first letter of wamid keys. Hex digests, which older versions stored, never begin with it."""


def wamid_key(number: str | None, wamid: str) -> str:
	"""The unique key of a wamid at one of our numbers (its phone_number_id).

	A wamid contains the customer's number and the phone's own key for the message, nothing of the business: one text sent to
	two numbers may have one wamid. It is a hash, because wamids can differ by case only, which the database ignores. The
	wamid is hashed first by itself, because that hash is all that is kept of an erased message.
	"""
	return number_key(number, sha256(wamid.encode()).hexdigest())


def number_key(number: str | None, hashed: str) -> str:
	"""The same, from the hash of the wamid."""
	return OF_A_NUMBER + sha256(f"{number or ''}:{hashed}".encode()).hexdigest()


def item_key(item: Item, delivery: str = "") -> str:
	"""The unique key of an item. A message is identified by its wamid, in whatever delivery Meta repeats it; other items by
	their position."""
	if item.message:
		place = f"{item.kind.value}:{item.phone_number_id}:{item.message.id}"
	else:
		place = f"{delivery}:{item.position}"
	return sha256(place.encode()).hexdigest()
