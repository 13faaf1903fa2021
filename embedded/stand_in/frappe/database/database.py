"""`frappe.db`: SQL and transactions. Reading and writing values is in `frappe._embedded.values`."""

import random
import re
import sqlite3
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe
from frappe._embedded.callbacks import CallbackManager
from frappe._embedded.connection import Connection
from frappe._embedded.missing import MissingInEmbedded
from frappe._embedded.sql import bind, quote, read_statement
from frappe._embedded.values import Values

NO_VALUES: Any = object()
_DROP_COLUMN = re.compile(r"alter table `(tab[^`]+)` drop column `?(\w+)", re.I)


class Database(Values):
	"""The connection of one thread to one site."""

	db_type = "sqlite"
	OperationalError = sqlite3.OperationalError
	InternalError = sqlite3.InternalError
	IntegrityError = sqlite3.IntegrityError
	ProgrammingError = sqlite3.ProgrammingError
	DataError = sqlite3.DataError
	InterfaceError = sqlite3.InterfaceError

	def __init__(self, path: Path) -> None:
		self._conn = Connection(path)
		self._cursor = self._conn.raw.cursor()
		self.before_commit = CallbackManager()
		self.after_commit = CallbackManager()
		self.before_rollback = CallbackManager()
		self.after_rollback = CallbackManager()

	def __getattr__(self, name: str) -> Any:
		raise MissingInEmbedded(f"frappe.db.{name} is not in the embedded host; see embedded/README.md")

	def sql(
		self,
		query: str,
		values: Any = NO_VALUES,
		*,
		as_dict: bool | int = False,
		as_list: bool | int = False,
		pluck: bool = False,
		auto_commit: bool | int = False,
		debug: bool | int = False,
	) -> Any:
		"""Run one statement and return its rows as tuples, lists, dicts or first values."""
		if auto_commit:
			self.commit()
		if values is NO_VALUES:
			values = None
		elif not isinstance(values, tuple | list | dict):
			values = (values,)
		cursor = self._run(query, values)
		rows = _with_times(cursor.fetchall(), query)
		if auto_commit:
			self.commit()
		if pluck:
			return [row[0] for row in rows]
		if as_dict:
			columns = [column[0] for column in cursor.description or ()]
			return [frappe._dict(zip(columns, row, strict=True)) for row in rows]
		return [list(row) for row in rows] if as_list else tuple(rows)

	def _run(self, query: str, values: Any) -> sqlite3.Cursor:
		statement = read_statement(query)
		if statement.defines and self._conn.raw.in_transaction:
			raise frappe.ImplicitCommitError("This statement can cause implicit commit")
		text, parameters = bind(statement.text, values)
		return self.execute(text, parameters, exclusive=statement.writes or statement.locks)

	def execute(self, text: str, parameters: Any, *, exclusive: bool) -> sqlite3.Cursor:
		"""Run SQLite's own SQL, taking the write lock first when `exclusive`."""
		try:
			if exclusive and not self._conn.raw.in_transaction:
				self._conn.begin()
			self._cursor = self._conn.raw.execute(text, parameters)
			return self._cursor
		except sqlite3.OperationalError as error:
			if "locked" in str(error):
				raise frappe.QueryTimeoutError(error) from error
			raise
		except sqlite3.IntegrityError as error:
			if "CHECK constraint failed" in str(error):
				raise sqlite3.DataError(f"Data too long for column ({error})") from error
			raise

	def sql_ddl(self, query: str, debug: bool = False) -> Any:
		"""Commit, then change the schema."""
		self.commit()
		for table, column in _DROP_COLUMN.findall(query):
			# MariaDB drops the indexes of a dropped column; SQLite refuses to drop an indexed column.
			self.sql(f"drop index if exists `{table}:{column}`")
		return self.sql(query)

	@property
	def transaction_writes(self) -> int:
		"""Whether the transaction has written, or locked."""
		return int(self._conn.raw.in_transaction)

	def commit(self) -> None:
		"""End the transaction; functions that wait for the commit run after it."""
		self.before_rollback.reset()
		self.after_rollback.reset()
		self.before_commit.run()
		self._conn.end("commit")
		self.after_commit.run()

	def rollback(self, *, save_point: str | None = None) -> None:
		"""Undo the transaction, or what came after a savepoint."""
		if save_point:
			self._conn.raw.execute(f"rollback to savepoint {save_point}")
			return
		self.before_commit.reset()
		self.after_commit.reset()
		self.before_rollback.run()
		self._conn.end("rollback")
		self.after_rollback.run()

	def begin(self, *, read_only: bool = False) -> None:
		"""Does nothing: a transaction begins with its first write."""

	def savepoint(self, save_point: str) -> None:
		"""Mark a point to roll back to; this starts the exclusive part of the transaction."""
		self.execute(f"savepoint {save_point}", (), exclusive=True)

	def release_savepoint(self, save_point: str) -> None:
		"""Forget a savepoint, keeping what was written since."""
		self._conn.raw.execute(f"release savepoint {save_point}")

	def close(self) -> None:
		"""Close the connection; what was not committed is lost."""
		self._conn.close()

	@staticmethod
	def escape(value: Any, percent: bool = True) -> str:
		"""A quoted literal for SQL text."""
		return quote(value).replace("%", "%%") if percent else quote(value)

	@staticmethod
	def is_duplicate_entry(error: BaseException) -> bool:
		"""Whether a unique or primary key refused a row."""
		return "UNIQUE constraint failed" in str(error)

	@classmethod
	def is_primary_key_violation(cls, error: BaseException) -> bool:
		"""Whether the name of a row exists."""
		return cls.is_duplicate_entry(error) and str(error).endswith(".name")

	@classmethod
	def is_unique_key_violation(cls, error: BaseException) -> bool:
		"""Whether another unique column than the name refused a row."""
		return cls.is_duplicate_entry(error) and not str(error).endswith(".name")

	@staticmethod
	def is_deadlocked(error: BaseException) -> bool:
		"""Never on SQLite, which has one writer; a `QueryDeadlockError` raised by a test counts."""
		return isinstance(error, frappe.QueryDeadlockError)

	@staticmethod
	def is_timedout(error: BaseException) -> bool:
		"""Whether waiting for the write lock took too long."""
		return isinstance(error, frappe.QueryTimeoutError) or "database is locked" in str(error)

	@staticmethod
	def is_table_missing(error: BaseException) -> bool:
		"""Whether a table does not exist."""
		return "no such table" in str(error)

	@staticmethod
	def is_data_too_long(error: BaseException) -> bool:
		"""Whether a text did not fit its column."""
		return "too long" in str(error)


def _with_times(rows: list[tuple[Any, ...]], query: str) -> list[tuple[Any, ...]]:
	"""Convert times from text: SQLite loses a column's type inside max() and similar functions."""
	if not any(word in query.lower() for word in ("max(", "min(", "ifnull(", "coalesce(", "greatest(")):
		return rows
	return [tuple(_as_time(value) for value in row) for row in rows]


def _as_time(value: Any) -> Any:
	if isinstance(value, str) and len(value) == 26 and value[4] == value[7] == "-" and value[10] == " ":
		return frappe.utils.get_datetime(value)
	return value


@contextmanager
def savepoint(catch: type[BaseException] | tuple[type[BaseException], ...] = Exception) -> Iterator[None]:
	"""If the block raises one of `catch`, roll back to its start and continue after it."""
	name = "".join(random.sample(string.ascii_lowercase, 10))
	frappe.db.savepoint(name)
	try:
		yield
	except catch:
		frappe.db.rollback(save_point=name)
	else:
		frappe.db.release_savepoint(name)
