"""Installing and migrating any number of times changes nothing; after removal nothing of ours is left."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest

APP = "whatsapp_channel"
ROWS = {
	"Custom Field": "dt, fieldname",
	"Property Setter": "doc_type, field_name, property",
	"HD Form Script": "name",
	"Role": "name",
	"Email Unsubscribe": "email",
	"Module Def": "name",
	"DocType": "name",
	"Custom DocPerm": "parent, role",
	"Scheduled Job Type": "method",
	"Workspace Sidebar": "name",
	"Desktop Icon": "name",
	"Logs To Clear": "ref_doctype",
}


def snapshot() -> dict[str, list]:
	"""Every table with its columns and indexes, and the rows of ROWS."""
	frappe.db.commit()
	found = _sqlite_schema() if frappe.db.db_type == "sqlite" else _mariadb_schema()
	for doctype, fields in ROWS.items():
		if frappe.db.table_exists(doctype):
			found[f"rows of {doctype}"] = sorted(
				map(str, frappe.db.sql(f"select {fields} from `tab{doctype}`"))
			)
	return found


def _mariadb_schema() -> dict[str, list]:
	columns = frappe.db.sql(
		"select table_name, column_name, column_type from information_schema.columns where table_schema = database()"
	)
	indexes = frappe.db.sql(
		"select table_name, index_name, column_name from information_schema.statistics where table_schema = database()"
	)
	return {"columns": sorted(map(str, columns)), "indexes": sorted(map(str, indexes))}


def _sqlite_schema() -> dict[str, list]:
	columns = frappe.db.sql(
		"""select m.name, c.name, c.type from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"""
	)
	indexes = frappe.db.sql("select tbl_name, name from sqlite_master where type = 'index'")
	return {"columns": sorted(map(str, columns)), "indexes": sorted(map(str, indexes))}


class Bench:
	"""Runs the commands of `bench`, each in a process of its own as an administrator would."""

	def __init__(self, host: Any) -> None:
		self.host = host

	def run(self, *command: str) -> None:
		"""Raises AssertionError with the command's output when it fails."""
		frappe.db.commit()
		call = [
			sys.executable,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			self.host.site_name,
			*command,
		]
		done = subprocess.run(call, cwd=Path.cwd(), capture_output=True, text=True, timeout=300)
		assert done.returncode == 0, done.stdout + done.stderr
		self.host.connect()
		frappe.clear_cache()

	def install(self) -> None:
		"""bench install-app"""
		self.run("install-app", APP)

	def outdate_module_map(self) -> None:
		"""As it is when the app came to the bench after the map was made."""
		known = {app: modules for app, modules in frappe.local.app_modules.items() if app != APP}
		frappe.cache.set_value("app_modules", known)

	def migrate(self) -> None:
		"""bench migrate"""
		self.run("migrate", "--skip-search-index")

	def uninstall(self) -> None:
		"""bench uninstall-app"""
		self.run("uninstall-app", APP, "--yes", "--no-backup", "--force")


class Embedded:
	"""The same on the embedded host."""

	def __init__(self, host: Any) -> None:
		self.host = host

	def install(self) -> None:
		"""Installs the app."""
		self.host.site.install_app()

	def outdate_module_map(self) -> None:
		"""The embedded host keeps no such map between processes."""

	def migrate(self) -> None:
		"""Migrates the site."""
		self.host.site.migrate()

	def uninstall(self) -> None:
		"""Removes the app."""
		self.host.site.uninstall_app()


@pytest.fixture
def commands(host: Any, site: Any) -> Iterator[Any]:
	"""The host's own way to install; the app is installed again afterwards."""
	chosen = Bench(host) if host.kind == "bench" else Embedded(host)
	yield chosen
	host.connect()
	if APP not in frappe.get_installed_apps():
		chosen.install()


def leave_traces() -> None:
	"""What a channel in use writes outside of its own DocTypes."""
	from whatsapp_channel.helpdesk.contacts import silence

	silence("5511912345678@whatsapp.invalid")
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.verify_token = "token"
	settings.append("app_secrets", {"label": "Test", "secret": "secret"})
	settings.save()
	account = {
		"doctype": "WhatsApp Business Account",
		"account_name": "Test",
		"waba_id": "1",
		"access_token": "token",
	}
	frappe.get_doc(account).insert()
	ticket = frappe.get_doc(
		{"doctype": "HD Ticket", "subject": "Left", "raised_by": "5511912345678@whatsapp.invalid"}
	)
	ticket.insert(ignore_permissions=True)
	frappe.db.commit()


def test_install_migrate_and_remove(commands: Any) -> None:
	commands.uninstall()
	without = snapshot()
	assert not [line for lines in without.values() for line in lines if "whatsapp" in line.lower()]
	commands.outdate_module_map()
	commands.install()
	assert frappe.db.exists("DocType", "WhatsApp Session Message")
	installed = snapshot()
	assert "('HD Ticket', 'whatsapp_customer')" in installed["rows of Custom Field"]
	for command in (commands.migrate, commands.migrate, commands.install):
		assert unchanged(command, installed)
	leave_traces()
	commands.uninstall()
	assert snapshot() == without


def unchanged(command: Callable, before: dict) -> bool:
	"""Whether a command leaves schema and rows as they were."""
	command()
	after = snapshot()
	assert after == before
	return True


def test_an_administrator_who_disables_the_form_script_is_obeyed(commands: Any) -> None:
	frappe.db.set_value("HD Form Script", "WhatsApp Channel", {"enabled": 0, "script": "outdated"})
	frappe.db.commit()
	commands.migrate()
	row = frappe.db.get_value("HD Form Script", "WhatsApp Channel", ["enabled", "script"], as_dict=True)
	assert row.enabled == 0
	assert "setupForm" in row.script
	frappe.db.set_value("HD Form Script", "WhatsApp Channel", "enabled", 1)
	frappe.db.commit()
