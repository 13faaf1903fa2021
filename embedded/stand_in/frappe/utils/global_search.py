"""The desk's search: the embedded host has no desk and keeps no index."""

from typing import Any


def sync_global_search() -> None:
	"""Nothing waits here."""


def delete_for_document(doc: Any) -> None:
	"""There is no entry."""
