"""The two hosts on which the same tests run: a site of a bench, and the embedded one."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# What a server's owner does so that the sandbox may play Meta.
SANDBOX_ALLOWED = "whatsapp_channel_allow_custom_api"
# How a child process finds the site of its parent; see connect_from_environment.
SITE_VARIABLE = "WHATSAPP_CHANNEL_TEST_SITE"
APP = "whatsapp_channel"


class Host(Protocol):
	"""A site with the app installed. `open` first; then each thread connects by itself."""

	kind: str
	site_name: str
	application: WSGI

	def open(self) -> None:
		"""Find or make the site; raises HostError when tests may not run there."""

	def close(self) -> None:
		"""Leave nothing behind that the site did not have before."""

	def versions(self) -> str:
		"""What the tests ran on, in one line."""

	def connect(self) -> None:
		"""Connect this thread as Administrator."""

	def disconnect(self) -> None:
		"""Close this thread's connection."""

	def allow_sandbox(self, allowed: bool) -> None:
		"""Let the sandbox play Meta, as tests begin, or take that back; this thread is connected anew."""

	def run_jobs(self) -> int:
		"""Run what is queued, and what that queues; returns how many jobs ran."""

	def forget_jobs(self) -> None:
		"""Drop what is queued."""

	def environment(self) -> dict[str, str]:
		"""Variables with which a child process calls `connect_from_environment`."""

	def migrate(self, patches: Sequence[str]) -> None:
		"""What `bench migrate` does for this app: its DocTypes, these patches unless they ran, and what follows them."""


class HostError(RuntimeError):
	"""Tests may not run on this site; the text says why."""


class EmbeddedHost:
	"""A fresh site in a temporary folder."""

	kind = "embedded"
	site_name = "embedded.localhost"

	def __init__(self, folder: Path | None = None) -> None:
		self.folder = folder

	def open(self) -> None:
		"""Make the site, or open the one in the given folder."""
		from embedded.boot import open_site
		from embedded.web import Application

		self._temporary = None if self.folder else tempfile.TemporaryDirectory(prefix="whatsapp_channel_")
		folder = self.folder or Path(self._temporary.name)  # type: ignore[union-attr]
		self.site = open_site(folder / self.site_name, fresh=self.folder is None)
		self.application: WSGI = Application(self.site)
		self.allow_sandbox(True)

	def allow_sandbox(self, allowed: bool) -> None:
		"""Write it to the site's configuration."""
		path = self.site.path / "site_config.json"
		known = json.loads(path.read_text())
		if bool(known.get(SANDBOX_ALLOWED)) != allowed:
			# In one step: child processes that open the site read it meanwhile.
			fresh = path.with_suffix(".new")
			fresh.write_text(json.dumps({**known, SANDBOX_ALLOWED: int(allowed)}, indent=1))
			fresh.replace(path)
		self.site.connect()

	def close(self) -> None:
		"""Remove the folder if it was made here."""
		self.disconnect()
		if self._temporary:
			self._temporary.cleanup()

	def versions(self) -> str:
		"""That it is embedded, and SQLite's version."""
		import sqlite3

		return f"embedded · sqlite {sqlite3.sqlite_version}"

	def connect(self) -> None:
		"""Connect this thread as Administrator."""
		self.site.connect()

	def disconnect(self) -> None:
		"""Close this thread's connection."""
		self.site.disconnect()

	def run_jobs(self) -> int:
		"""Run what is queued, and what that queues."""
		from embedded.worker import run_pending

		return run_pending(self.site)

	def forget_jobs(self) -> None:
		"""Drop what is queued."""
		from frappe._embedded.shared import store

		store().execute("delete from jobs")

	def environment(self) -> dict[str, str]:
		"""The site's folder."""
		return {SITE_VARIABLE: f"embedded:{self.site.path.parent}"}

	def migrate(self, patches: Sequence[str]) -> None:
		"""As the site itself does, which reads the list of patches by itself."""
		self.site.migrate()


class BenchHost:
	"""A site of the bench in whose environment the tests run."""

	kind = "bench"

	def __init__(self, site_name: str) -> None:
		self.site_name = site_name

	def open(self) -> None:
		"""Check that the site allows tests and has the app."""
		import frappe

		# <bench>/apps/frappe/frappe/__init__.py
		self.sites = Path(frappe.__file__).resolve().parents[3] / "sites"
		if not (self.sites / self.site_name / "site_config.json").exists():
			raise HostError(f"{self.sites} has no site {self.site_name}")
		os.chdir(self.sites)  # Frappe finds logs and assets relative to it
		self.connect()
		if not frappe.conf.allow_tests:
			raise HostError(
				f"{self.site_name} does not allow tests: bench --site {self.site_name} set-config allow_tests 1"
			)
		if APP not in frappe.get_installed_apps():
			raise HostError(f"{APP} is not installed on {self.site_name}")
		frappe.db.set_single_value("System Settings", "allow_error_traceback", 1)
		frappe.db.commit()
		self._allowed_before = bool(frappe.conf.get(SANDBOX_ALLOWED))
		self.allow_sandbox(True)
		self._take_over_web()
		self._stop_enqueueing()

	def allow_sandbox(self, allowed: bool) -> None:
		"""Write it to the site's configuration."""
		import frappe
		from frappe.installer import update_site_config

		if bool(frappe.conf.get(SANDBOX_ALLOWED)) != allowed:
			update_site_config(SANDBOX_ALLOWED, int(allowed))
			self.connect()

	def _take_over_web(self) -> None:
		import frappe.app

		frappe.app._site, frappe.app._sites_path = self.site_name, str(self.sites)
		self.application: WSGI = frappe.app.application

	def _stop_enqueueing(self) -> None:
		"""Jobs of tests are run by `run_jobs` in this process, never by a worker of the bench."""
		import frappe
		from frappe.utils import background_jobs

		self._jobs: list[tuple[Any, dict[str, Any], str]] = []
		original = background_jobs.enqueue

		def enqueue(
			method: Any, *args: Any, now: bool = False, enqueue_after_commit: bool = False, **kwargs: Any
		) -> Any:
			if now or not _is_ours(method):
				return original(method, *args, now=now, enqueue_after_commit=enqueue_after_commit, **kwargs)
			job = (method, _job_arguments(kwargs), frappe.session.user)
			put = lambda: self._jobs.append(job)  # noqa: E731
			return frappe.db.after_commit.add(put) if enqueue_after_commit else put()

		background_jobs.enqueue = frappe.enqueue = enqueue

	def close(self) -> None:
		"""Close the connection, and take back what `open` allowed."""
		self.allow_sandbox(self._allowed_before)
		self.disconnect()

	def versions(self) -> str:
		"""Frappe, Helpdesk and database."""
		import frappe
		import helpdesk

		self.connect()
		database = str(frappe.db.sql("select version()")[0][0]).split("-")[0]
		return (
			f"frappe {frappe.__version__} · helpdesk {helpdesk.__version__} · {frappe.db.db_type} {database}"
		)

	def connect(self) -> None:
		"""Connect this thread as Administrator."""
		import frappe

		frappe.init(site=self.site_name, sites_path=str(self.sites), force=True)
		frappe.connect()

	def disconnect(self) -> None:
		"""Close this thread's connection."""
		import frappe

		frappe.destroy()

	def run_jobs(self) -> int:
		"""Run what this process queued, and what that queues, each on a connection of its own."""
		import contextvars

		count = 0
		while self._jobs:
			method, kwargs, user = self._jobs.pop(0)
			contextvars.Context().run(self._run_job, method, kwargs, user)
			count += 1
		return count

	def _run_job(self, method: Any, kwargs: dict[str, Any], user: str) -> None:
		import logging

		from frappe.utils.background_jobs import execute_job

		name = method if isinstance(method, str) else method.__qualname__
		try:
			execute_job(self.site_name, method, None, name, kwargs, user=user)
		except Exception:
			# An Error Log row is there; a worker goes on with the next job as well.
			logging.getLogger(__name__).exception("Job %s failed", name)

	def forget_jobs(self) -> None:
		"""Drop what is queued."""
		self._jobs.clear()

	def environment(self) -> dict[str, str]:
		"""The site's name."""
		return {SITE_VARIABLE: f"bench:{self.site_name}"}

	def migrate(self, patches: Sequence[str]) -> None:
		"""The parts of Frappe's own that concern this app: all of it would take minutes."""
		import frappe
		from frappe.model.sync import sync_for
		from frappe.modules.patch_handler import run_single

		frappe.clear_cache()
		sync_for(APP)
		for patch in patches:
			run_single(patchmodule=patch)
		for method in frappe.get_hooks("after_migrate", [], app_name=APP):
			frappe.get_attr(method)()
		frappe.db.commit()


def _is_ours(method: Any) -> bool:
	name = method if isinstance(method, str) else method.__module__
	return name.startswith(f"{APP}.")


def _job_arguments(kwargs: dict[str, Any]) -> dict[str, Any]:
	about_the_queue = (
		"queue",
		"timeout",
		"event",
		"is_async",
		"job_name",
		"at_front",
		"job_id",
		"deduplicate",
	)
	return {key: value for key, value in kwargs.items() if key not in about_the_queue}


def make_host(site: str | None) -> Host:
	"""The host that `pytest --site NAME` chooses: a bench's site, or the embedded one without a name."""
	return BenchHost(site) if site else EmbeddedHost()


def connect_from_environment() -> Host:
	"""In a child process: open the parent's site (see `Host.environment`) and connect as Administrator."""
	kind, _colon, place = os.environ[SITE_VARIABLE].partition(":")
	host: Host = BenchHost(place) if kind == "bench" else EmbeddedHost(Path(place))
	host.open()
	host.connect()
	return host
