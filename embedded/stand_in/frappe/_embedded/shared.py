"""Replaces a bench's Redis: cache, job queue and realtime events, shared by all processes of a site.

It is a separate SQLite file, without transactions over several calls, because Redis does not roll back either.
"""

import pickle
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe

_TABLES = """
create table if not exists cache (key text primary key, value, expires real);
create table if not exists hashes (key text, field text, value, primary key (key, field));
create table if not exists jobs (id integer primary key autoincrement, position real, job_id text, queue text, state text, body blob);
create table if not exists events (id integer primary key autoincrement, event text, message text, room text);
"""
EVENTS_KEPT = 1000
_stores = threading.local()


def store() -> sqlite3.Connection:
	"""This thread's connection to the shared file of the present site."""
	path = str(Path(frappe.local.site_path) / "shared.db")
	opened = _stores.__dict__.setdefault("opened", {})
	if path not in opened:
		connection = sqlite3.connect(path, isolation_level=None, timeout=30)
		connection.execute("pragma journal_mode=wal")
		connection.execute("pragma synchronous=off")
		connection.executescript(_TABLES)
		opened[path] = connection
	return opened[path]


def close_store() -> None:
	"""Close this thread's connections."""
	for connection in _stores.__dict__.pop("opened", {}).values():
		connection.close()


class Cache:
	"""`frappe.cache`: the methods of Frappe's wrapper and those of the Redis client that apps use."""

	def __call__(self) -> "Cache":
		return self

	def make_key(self, key: Any, user: str | None = None, shared: bool = False) -> str:
		"""The key within this site."""
		name = f"user:{user}:{key}" if user else str(key)
		return name if shared else f"{frappe.conf.db_name}|{name}"

	def set(
		self, name: str, value: Any, ex: int | None = None, nx: bool = False, **options: Any
	) -> bool | None:
		"""Redis SET: seconds to live in `ex`; with `nx` returns None if the key exists."""
		key, expires = _text(name), time.time() + ex if ex else None
		query = "insert into cache (key, value, expires) values (?, ?, ?) on conflict (key) do update set"
		query += " value = excluded.value, expires = excluded.expires"
		query += " where cache.expires is not null and cache.expires <= ?" if nx else ""
		values = [key, _bytes(value), expires, *([time.time()] if nx else [])]
		return True if store().execute(query, values).rowcount > 0 else None

	def get(self, name: str) -> Any:
		"""Redis GET: bytes or None."""
		query = "select value from cache where key = ? and (expires is null or expires > ?)"
		row = store().execute(query, [_text(name), time.time()]).fetchone()
		return _bytes(row[0]) if row else None

	def delete(self, *names: str) -> int:
		"""Redis DEL: the number of deleted keys."""
		return sum(
			store().execute("delete from cache where key = ?", [_text(name)]).rowcount for name in names
		)

	def exists(self, name: str, user: str | None = None, shared: bool = False) -> int:
		"""Whether a key exists, as made by `make_key` or given to `set_value`."""
		return int(self.get(self.make_key(name, user, shared)) is not None)

	def incrby(self, name: str, amount: int = 1) -> int:
		"""Redis INCRBY: the new value."""
		store().execute("delete from cache where key = ? and expires <= ?", [_text(name), time.time()])
		query = "insert into cache (key, value) values (?, ?) on conflict (key) do update set"
		query += " value = cast(cache.value as integer) + excluded.value returning value"
		return int(store().execute(query, [_text(name), int(amount)]).fetchone()[0])

	incr = incrby

	def expire(self, name: str, seconds: int) -> bool:
		"""Redis EXPIRE, also known as expire_key: remove the key after some seconds."""
		query = "update cache set expires = ? where key = ?"
		return store().execute(query, [time.time() + seconds, _text(name)]).rowcount > 0

	def get_value(
		self,
		key: str,
		generator: Callable[[], Any] | None = None,
		user: str | None = None,
		expires: bool = False,
		shared: bool = False,
		**options: Any,
	) -> Any:
		"""A stored Python value; `generator` creates a missing one."""
		raw = self.get(self.make_key(key, user, shared))
		if raw is not None:
			return pickle.loads(raw)  # noqa: S301 (written by set_value of the same site)
		value = generator() if generator else None
		if value is not None:
			self.set_value(key, value, user, shared=shared)
		return value

	def set_value(
		self,
		key: str,
		val: Any,
		user: str | None = None,
		expires_in_sec: int | None = None,
		shared: bool = False,
		**options: Any,
	) -> None:
		"""Store any Python value, for ever or for some seconds."""
		self.set(self.make_key(key, user, shared), pickle.dumps(val), ex=expires_in_sec)

	def delete_value(
		self, keys: Any, user: str | None = None, make_keys: bool = True, shared: bool = False
	) -> None:
		"""Delete one or several values."""
		for key in [keys] if isinstance(keys, str) else keys:
			self.delete(self.make_key(key, user, shared) if make_keys else key)

	def delete_keys(self, key: str) -> None:
		"""Delete all values whose key has this prefix."""
		start = self.make_key(key)
		store().execute("delete from cache where substr(key, 1, ?) = ?", [len(start), start])

	def hset(self, name: str, key: str, value: Any, shared: bool = False, **options: Any) -> None:
		"""Store a Python value under a name and a key."""
		query = "insert or replace into hashes (key, field, value) values (?, ?, ?)"
		store().execute(query, [self.make_key(name, shared=shared), _text(key), pickle.dumps(value)])

	def hget(
		self, name: str, key: str, generator: Callable[[], Any] | None = None, shared: bool = False
	) -> Any:
		"""A value stored by `hset`; `generator` creates a missing one."""
		query = "select value from hashes where key = ? and field = ?"
		row = store().execute(query, [self.make_key(name, shared=shared), _text(key)]).fetchone()
		if row:
			return pickle.loads(row[0])  # noqa: S301 (written by hset of the same site)
		value = generator() if generator else None
		if value is not None:
			self.hset(name, key, value, shared=shared)
		return value

	def hdel(self, name: str, keys: Any, shared: bool = False, **options: Any) -> None:
		"""Delete values stored by `hset`."""
		for key in [keys] if isinstance(keys, str) else keys:
			query = "delete from hashes where key = ? and field = ?"
			store().execute(query, [self.make_key(name, shared=shared), _text(key)])

	expire_key = expire

	def __getattr__(self, name: str) -> Any:
		from frappe._embedded.missing import MissingInEmbedded

		raise MissingInEmbedded(f"frappe.cache.{name} is not in the embedded host; see embedded/README.md")


def _text(key: Any) -> str:
	return key.decode() if isinstance(key, bytes) else str(key)


def _bytes(value: Any) -> bytes:
	return value if isinstance(value, bytes) else str(value).encode()


def publish(event: str, message: str, room: str) -> None:
	"""Store an event for pages that poll; only the latest events are kept."""
	cursor = store().execute(
		"insert into events (event, message, room) values (?, ?, ?)", [event, message, room]
	)
	store().execute("delete from events where id <= ?", [(cursor.lastrowid or 0) - EVENTS_KEPT])


def events_after(last: int = 0) -> Iterator[tuple[int, str, str, str]]:
	"""Events newer than the number `last`: number, event, message as JSON, room."""
	yield from store().execute("select id, event, message, room from events where id > ? order by id", [last])
