"""Creates and opens embedded sites."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

STAND_IN = Path(__file__).parent / "stand_in"
REPOSITORY = Path(__file__).parent.parent
APP = "whatsapp_channel"
_FOLDERS = ("private/files", "public/files", "logs", "locks")


class RealFrappeFound(RuntimeError):
	"""The embedded host does not run where the real framework is installed."""


def load_stand_in() -> None:
	"""Put the stand-in on the import path; raises RealFrappeFound if the real frappe is installed."""
	if str(STAND_IN) in sys.path:
		return
	for package in ("frappe", "helpdesk"):
		if package in sys.modules or importlib.util.find_spec(package):
			raise RealFrappeFound(f"{package} is installed here: run the app on that bench instead")
	sys.path.insert(0, str(STAND_IN))


class Site:
	"""One site: a folder with its database and files."""

	def __init__(self, path: Path) -> None:
		self.path = path
		self.name = path.name

	def connect(self, *, web: bool = False) -> None:
		"""Make this the thread's current site and connect to its database as Administrator."""
		import frappe

		frappe.init(site=self.name, sites_path=str(self.path.parent), force=True, cached=web)
		frappe.connect()

	def disconnect(self) -> None:
		"""Close this thread's connection."""
		import frappe

		frappe.destroy()

	def migrate(self) -> None:
		"""Migrate the site to the app's code: DocTypes, patches that did not run yet, `after_migrate`."""
		import frappe

		_sync_app()
		for patch in _patches():
			if not frappe.db.exists("Patch Log", {"patch": patch}):
				frappe.get_attr(f"{patch.split()[0]}.execute")()
				_log_patch(patch)
		_run_hooks("after_migrate")
		frappe.db.commit()

	def uninstall_app(self) -> None:
		"""Remove the app: its hooks, its DocTypes with their tables, its custom fields."""
		import frappe

		_run_hooks("before_uninstall")
		modules = [module for module, app in frappe.local.module_app.items() if app == APP]
		names = [each for each in frappe.get_all("Module Def", pluck="name") if frappe.scrub(each) in modules]
		for name in names:
			_delete_module(name)
		_run_hooks("after_uninstall")
		self._change_apps(remove=APP)
		frappe.db.commit()

	def install_app(self) -> None:
		"""Install the app: DocTypes, `after_install`; its patches are marked as run."""
		import frappe

		self._change_apps(add=APP)
		_run_hooks("before_install")
		_sync_app()
		_run_hooks("after_install")
		for patch in _patches():
			_log_patch(patch)
		_run_hooks("after_migrate")
		frappe.db.commit()

	def _change_apps(self, add: str | None = None, remove: str | None = None) -> None:
		import frappe
		from frappe._embedded.local import forget_configuration

		apps = [each for each in frappe.conf.installed_apps if each != remove] + ([add] if add else [])
		frappe.conf.installed_apps = apps
		(self.path / "site_config.json").write_text(json.dumps(frappe.conf, indent=1))
		forget_configuration()
		frappe.setup_module_map()
		frappe.clear_cache()


_opened: list[Site] = []


def opened_site() -> Site:
	"""The site that this process opened last; raises IndexError if there is none."""
	return _opened[-1]


def open_site(path: Path, *, fresh: bool = False) -> Site:
	"""Open the site in a folder and connect this thread; creates it if it is missing or if `fresh`."""
	load_stand_in()
	path = path.resolve()
	if fresh and path.exists():
		shutil.rmtree(path)
	site = Site(path)
	_opened.append(site)
	if (path / "site_config.json").exists() and (path / "installed").exists():
		site.connect()
		return site
	_make(site)
	(path / "installed").touch()
	return site


def _make(site: Site) -> None:
	import frappe
	from frappe._embedded.schema import SYSTEM_TABLES, run

	for folder in _FOLDERS:
		(site.path / folder).mkdir(parents=True, exist_ok=True)
	config = {"db_name": site.name, "db_type": "sqlite", "encryption_key": Fernet.generate_key().decode()}
	config |= {"installed_apps": ["frappe", "helpdesk"], "allow_tests": True}
	(site.path / "site_config.json").write_text(json.dumps(config, indent=1))
	site.connect()
	for statement in SYSTEM_TABLES:
		run(statement)
	_sync_stand_in()
	_make_users()
	_run_hooks("after_install", "helpdesk")
	frappe.db.commit()
	if (REPOSITORY / APP / "hooks.py").exists():
		site.install_app()


def _sync_stand_in() -> None:
	import frappe
	from frappe._embedded.schema import expand, sync_doctype

	for app, module in (("frappe", "Core"), ("helpdesk", "Helpdesk")):
		listed = json.loads((STAND_IN / app / "doctypes.json").read_text())
		definitions = [expand(each, each.get("module", module)) for each in listed]
		if app == "frappe":
			_make_doctype_table(definitions[0])
		for definition in definitions:
			sync_doctype(definition)
		for name in dict.fromkeys(each["module"] for each in definitions):
			frappe.db.bulk_insert("Module Def", ["name", "module_name", "app_name"], [(name, name, app)])


def _make_doctype_table(definition: dict[str, Any]) -> None:
	from frappe._embedded.schema import _sync_table

	_sync_table("DocType", definition)


def _make_users() -> None:
	import frappe

	for role in ("System Manager", "Administrator", "Guest", "All", "Desk User"):
		frappe.get_doc({"doctype": "Role", "role_name": role}).insert()
	for name, address in (("Administrator", "admin@example.com"), ("Guest", "guest@example.com")):
		kind = "Website User" if name == "Guest" else "System User"
		values = {"doctype": "User", "email": address, "first_name": name, "user_type": kind}
		frappe.get_doc(values).insert()
	from frappe.utils.password import update_password

	update_password("Administrator", "admin")


def _sync_app() -> None:
	import frappe
	from frappe._embedded.schema import read_doctypes, sync_doctype
	from frappe.model.base_document import get_controller

	definitions = [
		definition
		for module, app in frappe.local.module_app.items()
		if app == APP
		for definition in read_doctypes(frappe.get_app_path(APP), module)
	]
	for name in dict.fromkeys(each["module"] for each in definitions):
		if not frappe.db.exists("Module Def", name):
			frappe.get_doc({"doctype": "Module Def", "module_name": name, "app_name": APP}).insert()
	for definition in definitions:
		sync_doctype(definition)
	frappe.clear_cache()
	for definition in definitions:
		module = sys.modules[get_controller(definition["name"]).__module__]
		if callable(update := getattr(module, "on_doctype_update", None)):
			update()
	frappe.db.commit()


def _delete_module(name: str) -> None:
	import frappe
	from frappe._embedded.schema import run

	for doctype in frappe.get_all("DocType", filters={"module": name}, fields=["name", "issingle"]):
		if doctype.issingle:
			frappe.db.delete("Singles", {"doctype": doctype.name})
		else:
			run(f"drop table if exists `tab{doctype.name}`")
		frappe.db.delete("DocType", {"name": doctype.name})
	for field in frappe.get_all("Custom Field", filters={"module": name}, pluck="name"):
		frappe.delete_doc("Custom Field", field, force=True)
	frappe.db.delete("Module Def", {"name": name})


def _patches() -> list[str]:
	lines = (REPOSITORY / APP / "patches.txt").read_text().splitlines()
	return [line.strip() for line in lines if line.strip() and line.strip()[0] not in "#["]


def _log_patch(patch: str) -> None:
	import frappe

	frappe.get_doc({"doctype": "Patch Log", "patch": patch}).insert()


def _run_hooks(hook: str, app: str = APP) -> None:
	import frappe

	for method in frappe.get_hooks(hook, [], app_name=app):
		frappe.get_attr(method)()
