"""Rows that wait in Redis to be inserted: the embedded host inserts at once."""


def save_to_db() -> None:
	"""Nothing waits here."""
