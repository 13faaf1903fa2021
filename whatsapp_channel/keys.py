"""Derived keys of rows."""

from hashlib import sha256


def wamid_key(wamid: str) -> str:
	"""The unique key of a message id. Ids differ by case alone, which the database's collation would fold."""
	return sha256(wamid.encode()).hexdigest()
