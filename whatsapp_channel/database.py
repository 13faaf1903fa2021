"""Transactions, locks, all database writes of this app and all reads of Singles (design decisions 3 and 4).

Nothing else in this app calls Frappe's functions that write values: here, markup is removed from columns that pages print
as HTML (rules/text/markup.py). Forms and the desk's own calls go through `make_plain`.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, getdate

from whatsapp_channel.clock import site_now
from whatsapp_channel.rules.text import markup
from whatsapp_channel.timeouts import OutOfTime

T = TypeVar("T")

CONFLICTS = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError)
# MariaDB: deadlock, lock wait timeout, record changed since last read. Frappe wraps the first two on most code paths, and
# # never the third.
CONFLICT_CODES = frozenset({1213, 1205, 1020})
CONFLICT_TRIES = 6


@contextmanager
def named_lock(name: str, wait: float = 0) -> Iterator[bool]:
	"""Yields whether this connection holds the lock `name` of this site; `wait` in seconds.

	The database server holds it for the connection, not for the transaction, and releases it when the process dies: no lease
	can expire, and nothing has to be cleaned up after kill -9.
	"""
	# Names are shared by all databases of a server, and at most 64 characters long.
	lock = sha256(f"{frappe.conf.db_name}:{name}".encode()).hexdigest()[:60]
	held = bool(frappe.db.sql("select get_lock(%s, %s)", (lock, wait))[0][0])
	try:
		yield held
	finally:
		if held:
			frappe.db.sql("select release_lock(%s)", (lock,))


@contextmanager
def required_lock(name: str, wait: float) -> Iterator[None]:
	"""The lock `name` of this site, for work that must not go on without it; `wait` in seconds.

	Raises frappe.ValidationError, before anything is done, when somebody else holds it for longer.
	"""
	with named_lock(name, wait) as held:
		if not held:
			frappe.throw(frappe._("Somebody else is at the same work right now. Try again in a minute."))
		yield


def in_transaction(work: Callable[[], T], also_retry: tuple[type[Exception], ...] = ()) -> T:
	"""Runs `work` in a transaction of its own and commits it; starts again when the database reports a conflict.

	`work` may run several times, so it must have no effects outside of the database. `also_retry`: further errors that only
	mean that another process was faster. Raises what `work` raises, after a rollback, and the conflict after the last try.
	"""
	for attempt in range(1, CONFLICT_TRIES + 1):
		new_transaction()  # an open snapshot would make the lock below read stale rows
		try:
			result = work()
			save_now()
			return result
		except OutOfTime:
			frappe.db.rollback()
			raise
		except Exception as error:
			frappe.db.rollback()
			if attempt == CONFLICT_TRIES or not (is_conflict(error) or isinstance(error, also_retry)):
				raise
			back_off(attempt)
	raise AssertionError("unreachable")


def back_off(attempt: int) -> None:
	"""Sleeps before the next try, longer each time and by a random amount, so that two processes do not collide again."""
	time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311


def save_now() -> None:
	"""Commits at once: the next step may end this process, or other processes must see the changes before it.

	Who commits is a rule (ADR 0062): entry points and the handlers of items own their transaction and call this or
	`in_transaction`; whatever they call runs within it.
	"""
	frappe.db.commit()  # nosemgrep: the one place


def new_transaction() -> None:
	"""Commits and begins a new transaction, which sees what others have committed and can begin with a lock."""
	frappe.db.commit()  # nosemgrep: as above


def is_conflict(error: BaseException) -> bool:
	"""Whether the database failed only because of a concurrent transaction."""
	if isinstance(error, CONFLICTS):
		return True
	code = error.args[0] if error.args else None
	return isinstance(code, int) and code in CONFLICT_CODES


def containing(text: str) -> str:
	"""A pattern for `like %s escape '!'` that finds `text` literally: user ids may contain wildcards of LIKE."""
	for special in "!%_":
		text = text.replace(special, f"!{special}")
	return f"%{text}%"


def lock_row(doctype: str, name: str) -> bool:
	"""Locks one row until the transaction ends; False if it does not exist. Must be the first statement of the transaction
	(ADR 0004)."""
	return bool(frappe.db.sql(f"select name from `tab{doctype}` where name = %s for update", (name,)))


def lock_before_writing(read: Callable[[], T]) -> T:
	"""Runs locking reads in a transaction that is already open, such as that of a form, and returns their result.

	MariaDB 11.8 refuses a locking read of rows that were changed after the first read of the transaction. A new transaction
	is begun then, but only if nothing was written yet. Otherwise, and after the last try, the conflict is raised.
	"""
	for attempt in range(1, CONFLICT_TRIES):
		try:
			return read()
		except OutOfTime:
			raise
		except Exception as error:
			if frappe.db.transaction_writes or not is_conflict(error):
				raise
			new_transaction()
			back_off(attempt)
	return read()


def row_of(doctype: str, name: object, fields: Iterable[str]) -> "frappe._dict | None":
	"""Some columns of one row by its name; None if it does not exist.

	A faster frappe.db.get_value, which builds its statement each time and takes twice as long: for queries of every message.
	"""
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = frappe.db.sql(f"select {columns} from `tab{doctype}` where name = %s", (name,), as_dict=True)
	return rows[0] if rows else None


def differing(doctype: str, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
	"""Of values that are to be written those that one row does not hold yet; an empty text or number counts as none."""
	row = row_of(doctype, name, values)
	return {field: value for field, value in values.items() if (row[field] or None) != value}


def plain_values(doctype: str, values: Mapping[str, Any]) -> dict[str, Any]:
	"""Values without markup where a column must not have any: for SQL that writes, and for comparing with stored values."""
	return {field: _plain(doctype, field, value) for field, value in values.items()}


def _plain(doctype: str, field: str, value: Any) -> Any:
	# Most values end here: the field types are only looked up if there is markup.
	if not isinstance(value, str) or not markup.may_hold_markup(value):
		return value
	return markup.for_column(value, kinds_of(frappe.local.site, doctype).get(field, "Data"))


@cache
def kinds_of(site: str, doctype: str) -> dict[str, str]:
	"""The field type of each column. Cached: DocTypes change only with an update, which restarts all processes."""
	meta = frappe.get_meta(doctype)
	kinds = {field.fieldname: field.fieldtype for field in meta.fields}
	# The field that names the row must stay equal to the name; Frappe allows no angle brackets there.
	named_after = (meta.autoname or "").partition("field:")[2]
	return {**kinds, **dict.fromkeys(filter(None, (named_after, "name", "parent")), "Link")}


def make_plain(document: Document) -> None:
	"""Removes such markup from a document and its child rows before it is saved."""
	for row in (document, *document.get_all_children()):
		for field in kinds_of(frappe.local.site, row.doctype):
			value = row.get(field)
			if isinstance(value, str) and markup.may_hold_markup(value):
				row.set(field, _plain(row.doctype, field, value))


def set_value(
	doctype: str,
	name: Any,
	field: str | Mapping[str, Any],
	value: Any = None,
	*,
	update_modified: bool = True,
) -> None:
	"""As frappe.db.set_value: `name` may be filters, `field` a mapping of several."""
	changes = plain_values(doctype, field if isinstance(field, Mapping) else {field: value})
	frappe.db.set_value(doctype, name, changes, update_modified=update_modified)


MOMENTS = {"Date": getdate, "Datetime": get_datetime}
READERS = {"Int": cint, "Check": cint, **MOMENTS}


def single_value(doctype: str, field: str) -> Any:
	"""A field of a Single, possibly from Frappe's cache of this transaction.

	None for an empty date: Frappe 15 returns the present time for it, and Frappe 16 the year 1.
	"""
	if kinds_of(frappe.local.site, doctype).get(field) in MOMENTS:
		return single_values(doctype, field)[0]
	return frappe.db.get_single_value(doctype, field)


def single_values(doctype: str, *fields: str) -> tuple[Any, ...]:
	"""Fields of a Single in the given order, read from the database; None for an empty one, also for a number that
	was never saved."""
	found = frappe.db.sql(
		"select field, value from tabSingles where doctype = %s and field in %s", (doctype, fields)
	)
	stored, kinds = dict(found), kinds_of(frappe.local.site, doctype)
	return tuple(_read(kinds.get(field, "Data"), stored.get(field)) for field in fields)


def _read(kind: str, stored: str | None) -> Any:
	return READERS.get(kind, str)(stored) if stored else None


def set_single_value(
	doctype: str, field: str | Mapping[str, Any], value: Any = None, **options: bool
) -> None:
	"""As frappe.db.set_single_value; `field` may be a mapping of several."""
	changes = plain_values(doctype, field if isinstance(field, Mapping) else {field: value})
	frappe.db.set_single_value(doctype, changes, **options)


def change_row(doctype: str, name: str, values: dict[str, Any]) -> None:
	"""A faster frappe.db.set_value for one row of this app by its name, for updates of every message."""
	written = {
		**plain_values(doctype, values),
		"modified": site_now(),
		"modified_by": frappe.session.user,
	}
	assignments = ", ".join(f"`{field}` = %s" for field in written)
	frappe.db.sql(f"update `tab{doctype}` set {assignments} where name = %s", (*written.values(), name))


def insert_row(doctype: str, values: dict[str, Any]) -> str:
	"""Inserts a document with its child rows and returns its name.

	For values that this app created itself, without a controller that adds to them: it skips the checks of links, permissions
	and mandatory fields, which are three quarters of the cost of Document.insert. Name, owner, times and defaults are set by
	Frappe, and everything that the site has for `after_insert` runs: hooks, Server Scripts, Webhooks, Notifications. Raises
	frappe.UniqueValidationError, frappe.DuplicateEntryError.
	"""
	document = frappe.new_doc(doctype)
	document.update(values)
	make_plain(document)
	document.db_insert()
	for child in document.get_all_children():
		child.parent, child.parenttype = document.name, doctype
		child.db_insert()
	document.run_method("after_insert")
	return document.name


def insert_unless_there(doctype: str, values: dict) -> bool:
	"""Inserts one row by SQL; False if its name or another unique key exists already.

	For rows without controllers where a Document would cost more than the work itself. Frappe's standard columns are filled
	in; `owner` is Administrator by default.
	"""
	now, owner = site_now(), values.get("owner", "Administrator")
	common = {"creation": now, "modified": now, "owner": owner, "modified_by": owner}
	values = {**common, **plain_values(doctype, values)}
	columns = ", ".join(f"`{column}`" for column in values)
	marks = ", ".join(["%s"] * len(values))
	frappe.db.sql(f"insert ignore into `tab{doctype}` ({columns}) values ({marks})", tuple(values.values()))
	return bool(frappe.db._cursor.rowcount)
