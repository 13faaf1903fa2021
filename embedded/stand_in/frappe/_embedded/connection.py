"""SQLite connections that behave like Frappe's: read committed until the first write, then exclusive."""

import contextlib
import datetime
import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO, Any

WAIT_SECONDS = 50.0  # innodb_lock_wait_timeout
_gates: dict[str, threading.Lock] = {}
_gates_guard = threading.Lock()


def _read_time(value: bytes) -> Any:
	try:
		return datetime.datetime.fromisoformat(value.decode())
	except ValueError:
		return value.decode()


def _read_date(value: bytes) -> Any:
	try:
		return datetime.date.fromisoformat(value.decode()[:10])
	except ValueError:
		return value.decode()


def _read_clock(value: bytes) -> Any:
	hours, minutes, seconds = value.decode().split(":")
	return datetime.timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


sqlite3.register_converter("datetime", _read_time)
sqlite3.register_converter("date", _read_date)
sqlite3.register_converter("time", _read_clock)


class NamedLocks:
	"""MariaDB's GET_LOCK: held by one connection, valid across processes, released when the process ends."""

	def __init__(self, folder: Path) -> None:
		self.folder = folder
		self.held: dict[str, tuple[IO[bytes], int]] = {}

	def get(self, name: str, timeout: float) -> int:
		"""Wait up to `timeout` seconds (forever when negative) for the lock; 1 when held, else 0."""
		if name in self.held:
			handle, count = self.held[name]
			self.held[name] = (handle, count + 1)
			return 1
		self.folder.mkdir(exist_ok=True)
		handle = open(self.folder / hashlib.sha256(name.encode()).hexdigest()[:40], "wb")  # noqa: SIM115
		if not self._wait(handle, timeout):
			handle.close()
			return 0
		self.held[name] = (handle, 1)
		return 1

	def _wait(self, handle: IO[bytes], timeout: float) -> bool:
		deadline = time.monotonic() + timeout
		while True:
			try:
				flock(handle, LOCK_EX | LOCK_NB)
			except BlockingIOError:
				if timeout >= 0 and time.monotonic() >= deadline:
					return False
				time.sleep(0.003)
			else:
				return True

	def release(self, name: str) -> int | None:
		"""Release a lock: 1 if this connection held it, else None."""
		if name not in self.held:
			return None
		handle, count = self.held.pop(name)
		if count > 1:
			self.held[name] = (handle, count - 1)
		else:
			handle.close()
		return 1

	def close(self) -> None:
		"""Release all locks of the connection."""
		for handle, _count in self.held.values():
			handle.close()
		self.held.clear()


class Connection:
	"""One connection of one thread. `begin` takes SQLite's write lock, queueing fairly within the process."""

	def __init__(self, path: Path) -> None:
		self.raw = sqlite3.connect(
			path,
			isolation_level=None,
			timeout=WAIT_SECONDS,
			detect_types=sqlite3.PARSE_DECLTYPES,
			check_same_thread=False,
			cached_statements=512,
		)
		self.raw.execute("pragma journal_mode=wal")
		self.raw.execute("pragma synchronous=normal")
		with _gates_guard:
			self.gate = _gates.setdefault(str(path), threading.Lock())
		self.holds_gate = False
		self.locks = NamedLocks(path.parent / "locks")
		self._register_functions()

	def _register_functions(self) -> None:
		functions: dict[str, tuple[int, Callable[..., Any]]] = {
			"GET_LOCK": (2, self.locks.get),
			"RELEASE_LOCK": (1, self.locks.release),
			"GREATEST": (-1, lambda *values: None if None in values else max(values)),
			"LEAST": (-1, lambda *values: None if None in values else min(values)),
			"CONCAT": (-1, lambda *values: None if None in values else "".join(map(str, values))),
			"IF": (3, lambda condition, yes, no: yes if condition else no),
			"SHA2": (2, lambda text, _bits: hashlib.sha256(str(text).encode()).hexdigest()),
		}
		for name, (count, function) in functions.items():
			self.raw.create_function(name, count, function)

	def begin(self) -> None:
		"""Start the exclusive part of a transaction; raises OperationalError after WAIT_SECONDS."""
		if not self.gate.acquire(timeout=WAIT_SECONDS):
			raise sqlite3.OperationalError("database is locked")
		self.holds_gate = True
		try:
			self.raw.execute("begin immediate")
		except sqlite3.Error:
			self._open_gate()
			raise

	def end(self, how: str) -> None:
		"""`commit` or `rollback`, if a transaction is open."""
		try:
			if self.raw.in_transaction:
				self.raw.execute(how)
		finally:
			if not self.raw.in_transaction:
				self._open_gate()

	def _open_gate(self) -> None:
		if self.holds_gate:
			self.holds_gate = False
			self.gate.release()

	def close(self) -> None:
		"""Roll back an open transaction and release all locks."""
		self.end("rollback")
		self.locks.close()
		self.raw.close()

	def __del__(self) -> None:
		# A thread that ends without closing must not block all others.
		with contextlib.suppress(sqlite3.Error, AttributeError):
			self.close()
