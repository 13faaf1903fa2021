"""The few recipes by which this app stays correct under concurrency (design decisions 3 and 4)."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TypeVar

import frappe

T = TypeVar("T")

CONFLICTS = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError)
# MariaDB: deadlock, lock wait timeout, record changed since last read. Frappe wraps the first two on most
# paths only, and the third on none.
CONFLICT_CODES = frozenset({1213, 1205, 1020})
CONFLICT_TRIES = 6


@contextmanager
def named_lock(name: str, wait: float = 0) -> Iterator[bool]:
	"""Yields whether this connection holds the lock `name` of this site; `wait` in seconds.

	The database server holds it for the connection, not for the transaction, and frees it when the process
	dies: no lease to expire, nothing to clean up after kill -9.
	"""
	# The server knows one set of names for all its databases, of 64 characters at most.
	lock = sha256(f"{frappe.conf.db_name}:{name}".encode()).hexdigest()[:60]
	held = bool(frappe.db.sql("select get_lock(%s, %s)", (lock, wait))[0][0])
	try:
		yield held
	finally:
		if held:
			frappe.db.sql("select release_lock(%s)", (lock,))


def in_transaction(work: Callable[[], T], also_retry: tuple[type[Exception], ...] = ()) -> T:
	"""Runs `work` in a transaction of its own and commits it; starts again when the database reports a conflict.

	Work must be free of outside effects: it may run several times. `also_retry` names further errors that mean no
	more than that somebody else was faster. Raises what `work` raises, after rollback, and the conflict itself
	after the last try.
	"""
	for attempt in range(1, CONFLICT_TRIES + 1):
		frappe.db.commit()  # nosemgrep: an open snapshot would make the lock below read stale rows
		try:
			result = work()
			frappe.db.commit()  # nosemgrep: one transaction per item (design decision 2)
			return result
		except Exception as error:
			frappe.db.rollback()
			if attempt == CONFLICT_TRIES or not (is_conflict(error) or isinstance(error, also_retry)):
				raise
			time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311
	raise AssertionError("unreachable")


def is_conflict(error: BaseException) -> bool:
	"""Whether the database refused only because of what another transaction did at the same time."""
	if isinstance(error, CONFLICTS):
		return True
	code = error.args[0] if error.args else None
	return isinstance(code, int) and code in CONFLICT_CODES


def lock_row(doctype: str, name: str) -> None:
	"""Locks one existing row until the transaction ends. Must be its first statement (design decision 4)."""
	frappe.db.get_value(doctype, name, "name", for_update=True)


def insert_unless_there(doctype: str, values: dict) -> bool:
	"""Inserts one row by SQL; False when its name or another unique key is there already.

	For rows without controllers on paths where a Document would cost more than the work itself.
	"""
	columns = ", ".join(f"`{column}`" for column in values)
	marks = ", ".join(["%s"] * len(values))
	frappe.db.sql(f"insert ignore into `tab{doctype}` ({columns}) values ({marks})", tuple(values.values()))
	return bool(frappe.db._cursor.rowcount)
