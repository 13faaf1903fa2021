"""The few recipes by which this app stays correct under concurrency (design decisions 3 and 4), and its only way to write.

Nothing else of this app calls Frappe's functions that write values: what is written here has no markup in a column that
pages print as HTML, whoever made it up (rules/text/markup.py). Forms and the desk's own calls come by `make_plain`.
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

from whatsapp_channel.clock import site_now
from whatsapp_channel.rules.text import markup
from whatsapp_channel.timeouts import OutOfTime

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
	"""Waits before the next try, longer after each, so that two that met do not meet again."""
	time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311


def save_now() -> None:
	"""Commits what was written: what follows may end this process, or be seen by others first.

	Who commits is a rule (docs/decisions/0062): entry points and the handlers of items own their transaction and call this or
	`in_transaction`; whatever they call runs within it.
	"""
	frappe.db.commit()  # nosemgrep: the one place


def new_transaction() -> None:
	"""Ends the present transaction, so that what follows sees what others have committed, and may lock first."""
	frappe.db.commit()  # nosemgrep: as above


def is_conflict(error: BaseException) -> bool:
	"""Whether the database refused only because of what another transaction did at the same time."""
	if isinstance(error, CONFLICTS):
		return True
	code = error.args[0] if error.args else None
	return isinstance(code, int) and code in CONFLICT_CODES


def containing(text: str) -> str:
	"""A pattern for `like %s escape '!'` that finds `text` as it is: user ids may hold what LIKE takes for a wildcard."""
	for special in "!%_":
		text = text.replace(special, f"!{special}")
	return f"%{text}%"


def lock_row(doctype: str, name: str) -> bool:
	"""Locks one existing row until the transaction ends; False when it is gone. Must be its first statement (design
	decision 4)."""
	return bool(frappe.db.sql(f"select name from `tab{doctype}` where name = %s for update", (name,)))


def row_of(doctype: str, name: object, fields: Iterable[str]) -> "frappe._dict | None":
	"""Some columns of one row by its name; None when it is gone.

	As frappe.db.get_value, which composes its statement anew each time and costs twice as much: for what every
	message asks.
	"""
	columns = ", ".join(f"`{field}`" for field in fields)
	rows = frappe.db.sql(f"select {columns} from `tab{doctype}` where name = %s", (name,), as_dict=True)
	return rows[0] if rows else None


def plain_values(doctype: str, values: Mapping[str, Any]) -> dict[str, Any]:
	"""Values as the columns of a DocType may hold them: for SQL that writes, and for a comparison with what is stored."""
	return {field: _plain(doctype, field, value) for field, value in values.items()}


def _plain(doctype: str, field: str, value: Any) -> Any:
	# Most values end here: the kinds of columns are only asked for where there is something to do.
	if not isinstance(value, str) or not markup.may_hold_markup(value):
		return value
	return markup.for_column(value, kinds_of(frappe.local.site, doctype).get(field, "Data"))


@cache
def kinds_of(site: str, doctype: str) -> dict[str, str]:
	"""The field type of each column. Kept, because DocTypes change with a new version only, and then processes do too."""
	meta = frappe.get_meta(doctype)
	kinds = {field.fieldname: field.fieldtype for field in meta.fields}
	# What names the row has to stay as the row is called; Frappe takes no angle brackets there.
	named_after = (meta.autoname or "").partition("field:")[2]
	return {**kinds, **dict.fromkeys(filter(None, (named_after, "name", "parent")), "Link")}


def make_plain(document: Document) -> None:
	"""The same for a document and its child rows, before it is saved."""
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


def set_single_value(
	doctype: str, field: str | Mapping[str, Any], value: Any = None, **options: bool
) -> None:
	"""As frappe.db.set_single_value; `field` may be a mapping of several."""
	changes = plain_values(doctype, field if isinstance(field, Mapping) else {field: value})
	frappe.db.set_single_value(doctype, changes, **options)


def change_row(doctype: str, name: str, values: dict[str, Any]) -> None:
	"""Changes one row of ours by its name, as frappe.db.set_value does, for what every message changes."""
	written = {
		**plain_values(doctype, values),
		"modified": site_now(),
		"modified_by": frappe.session.user,
	}
	assignments = ", ".join(f"`{field}` = %s" for field in written)
	frappe.db.sql(f"update `tab{doctype}` set {assignments} where name = %s", (*written.values(), name))


def insert_row(doctype: str, values: dict[str, Any]) -> str:
	"""Inserts a document with its child rows and returns its name.

	For values that this app made itself, where no controller has anything to add: it checks neither links nor
	permissions nor mandatory fields, which is three quarters of what Document.insert costs. Name, owner, times and
	defaults are Frappe's, and what the site has for `after_insert` runs: hooks, Server Scripts, Webhooks,
	Notifications for a new document. Raises frappe.UniqueValidationError, frappe.DuplicateEntryError.
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
	"""Inserts one row by SQL; False when its name or another unique key is there already.

	For rows without controllers on paths where a Document would cost more than the work itself. Frappe's own columns of
	every row are filled here; `owner` is Administrator unless given.
	"""
	now, owner = site_now(), values.get("owner", "Administrator")
	common = {"creation": now, "modified": now, "owner": owner, "modified_by": owner}
	values = {**common, **plain_values(doctype, values)}
	columns = ", ".join(f"`{column}`" for column in values)
	marks = ", ".join(["%s"] * len(values))
	frappe.db.sql(f"insert ignore into `tab{doctype}` ({columns}) values ({marks})", tuple(values.values()))
	return bool(frappe.db._cursor.rowcount)
