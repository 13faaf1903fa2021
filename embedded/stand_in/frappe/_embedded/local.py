"""Thread-local state, the session and the connection of one site."""

import json
import time
from pathlib import Path
from typing import Any

from werkzeug.local import Local, LocalProxy

local = Local()


class _dict(dict):
	"""A dict whose missing keys are None and whose keys are attributes."""

	__getattr__ = dict.get
	__setattr__ = dict.__setitem__
	__delattr__ = dict.__delitem__

	def __getstate__(self) -> dict[str, Any]:
		return self

	def __setstate__(self, state: dict[str, Any]) -> None:
		self.update(state)

	def update(self, *args: Any, **kwargs: Any) -> "_dict":
		"""As dict.update, but returns itself."""
		super().update(*args, **kwargs)
		return self


db: Any = LocalProxy(local, "db")
conf: Any = LocalProxy(local, "conf")
session: Any = LocalProxy(local, "session")
flags: Any = LocalProxy(local, "flags")
form_dict: Any = LocalProxy(local, "form_dict")
form = form_dict
request: Any = LocalProxy(local, "request")
response: Any = LocalProxy(local, "response")
message_log: Any = LocalProxy(local, "message_log")
lang: Any = LocalProxy(local, "lang")


# Data about a site that all threads of this process share, by the site's path.
_states: dict[str, _dict] = {}


# Copies of site configurations by the site's path, with the time until which web requests may use them, as in version 16.
_configurations: dict[str, tuple[float, dict[str, Any]]] = {}
CONFIGURATION_SECONDS = 60


def read_configuration(path: Path, cached: bool = False) -> _dict:
	"""The content of site_config.json; `cached`: it may be up to a minute old."""
	kept = _configurations.get(str(path))
	if not cached or not kept or kept[0] < time.monotonic():
		kept = time.monotonic() + CONFIGURATION_SECONDS, json.loads((path / "site_config.json").read_text())
	if cached:
		_configurations[str(path)] = kept
	return _dict(kept[1])


def forget_configuration() -> None:
	"""Make this process read site_config.json again."""
	_configurations.clear()


def init(
	site: str, sites_path: str = ".", new_site: bool = False, force: bool = False, *, cached: bool = False
) -> None:
	"""Make this the thread's current site; does nothing if the thread already has one, unless forced.

	`cached` is for web requests; Frappe itself detects that there is a request.
	"""
	if getattr(local, "initialised", False) and not force:
		return
	path = Path(sites_path).resolve() / site
	local.site, local.sites_path, local.site_path = site, str(path.parent), str(path)
	local.site_state = _states.setdefault(str(path), _dict(hooks=None))
	local.conf = read_configuration(path, cached)
	local.flags = _dict()
	local.session = _dict(user="Guest", data=_dict())
	local.form_dict, local.response = _dict(), _dict(docs=[])
	local.message_log, local.error_log = [], []
	local.request, local.db, local.lang = None, None, "en"
	setup_module_map()
	local.initialised = True


def modules() -> dict[str, str]:
	"""Which app each module belongs to, by their names in code."""
	import frappe

	found = {}
	for app in local.conf.installed_apps or []:
		for line in (frappe.get_app_path(app) / "modules.txt").read_text().splitlines():
			if line.strip():
				found[frappe.scrub(line.strip())] = app
	return found


def setup_module_map(include_all_apps: bool = True) -> None:
	"""Read again which modules the apps have."""
	local.module_app = modules()


def connect(site: str | None = None, db_name: str | None = None, set_admin_as_user: bool = True) -> None:
	"""Open the database of the current site for this thread."""
	from frappe.database.database import Database
	from frappe.model.meta import refresh_meta_cache

	if site:
		init(site)
	local.db = Database(Path(local.site_path) / "site.db")
	refresh_meta_cache()
	if set_admin_as_user:
		set_user("Administrator")


def set_user(username: str) -> None:
	"""Make this the current user."""
	local.session = _dict(user=username, sid=username, data=_dict())
	local.form_dict = _dict()


def destroy() -> None:
	"""Close the connection and reset this thread's site."""
	from frappe._embedded.shared import close_store

	if getattr(local, "db", None):
		local.db.close()
	close_store()
	local.__release_local__()
