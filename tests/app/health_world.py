"""A site on which all is well as far as the health page looks, and what a test may break of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from tests.app.conftest import user
from tests.app.desk import TEAM, WEBHOOK, Desk
from tests.app.own_web import Proxy, proxied
from tests.files import PNG
from whatsapp_channel.clock import utc_now
from whatsapp_channel.health import account_checks, background_checks, callback_checks, runner, site_checks
from whatsapp_channel.health.background_checks import Schedule, WorkerSeen
from whatsapp_channel.health.registry import CHECKS, Check
from whatsapp_channel.health.result import Result, State
from whatsapp_channel.health.site_checks import Server
from whatsapp_channel.inbound import delivery


@dataclass
class World:
	"""What a fault may change: the site, Meta, and what stands between them."""

	desk: Desk
	patch: pytest.MonkeyPatch
	proxy: Proxy
	undo: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

	def configure(self, **values: Any) -> None:
		"""Entries of the site configuration, for this test."""
		for name, value in values.items():
			self.patch.setitem(frappe.conf, name, value)

	def settle(self, single: str, **values: Any) -> None:
		"""Fields of a document that there is once."""
		self.change(single, single, values)

	def change_rows(self, doctype: str, filters: dict[str, Any], **values: Any) -> None:
		"""Fields of every row that fits."""
		for name in frappe.get_all(doctype, filters, pluck="name"):
			self.change(doctype, name, values)

	def change(self, doctype: str, name: str, values: dict[str, Any]) -> None:
		"""Columns of one row, until the test is over."""
		fields = [*values]
		before = frappe.db.get_value(doctype, name, fields, as_dict=True)
		self.undo.append((doctype, name, {field: before[field] for field in fields}))
		write(doctype, name, values)
		frappe.db.commit()

	def expires_in(self, days: float) -> None:
		"""Meta's word about the token."""
		self.desk.sandbox.oauth.grant(self.desk.sandbox.config.token, days=days)

	def move_site(self, url: str) -> None:
		"""Meta and the site agree on the address, whoever answers there."""
		self.configure(host_name=url)
		self.desk.sandbox.configure_callback(url + WEBHOOK, verify=False)

	def serve(self, server: Server) -> None:
		"""What the database's server is like."""
		self.patch.setattr(site_checks, "read_server", lambda: server)

	def kept_since(self, minutes: int, state: str) -> None:
		"""A delivery that was stored so long ago."""
		name = delivery.store(b"{}")
		created = add_to_date(now_datetime(), minutes=-minutes)
		frappe.db.set_value("WhatsApp Delivery", name, {"creation": created, "state": state})

	def unroutable_since(self, days: int) -> None:
		"""An item for a number that is not here, kept for so long."""
		values = {
			"doctype": "WhatsApp Delivery Item",
			"state": "Unroutable",
			"number": "999",
			"payload": "{}",
		}
		name = (
			frappe.get_doc({**values, "item_key": "unroutable", "delivery": "?"})
			.insert(ignore_links=True)
			.name
		)
		created = add_to_date(now_datetime(), days=-days)
		frappe.db.set_value("WhatsApp Delivery Item", name, "creation", created)

	def customers_file(self) -> str:
		"""A customer has sent a photo; the name of its File."""
		self.desk.sandbox.customer("5511912345678", "Maria").sends_file("image", PNG, "image/png")
		self.desk.flush()
		self.desk.settle()
		(file,) = frappe.get_all("WhatsApp Message Media", pluck="file")
		return file

	def staff(self, *members: str) -> None:
		"""Gives the channel's department these members."""
		department = frappe.get_doc("HD Team", TEAM)
		department.set("users", [{"user": member} for member in members])
		department.flags.ignore_mandatory = True
		department.save(ignore_permissions=True)
		frappe.db.commit()

	def mend(self) -> None:
		"""Puts back what rows had that are not the app's."""
		frappe.db.rollback()
		for doctype, name, values in reversed(self.undo):
			write(doctype, name, values)
		frappe.db.commit()


def write(doctype: str, name: str, values: dict[str, Any]) -> None:
	"""Columns of a row, or fields of a document that there is once."""
	for field_name, value in values.items():
		if doctype == name:
			frappe.db.set_single_value(doctype, field_name, value)
		else:
			frappe.db.set_value(doctype, name, field_name, value, update_modified=False)
	frappe.clear_document_cache(doctype, name)


def seen(*queues: str, ago: float = 10) -> WorkerSeen:
	return WorkerSeen("worker-1", queues, utc_now() - timedelta(seconds=ago))


ALL_QUEUES = ("short", "default", "long")
RUNNING = Schedule(off="", dormant=False, passed=timedelta(seconds=40))
MARIADB = Server((), (), "REPEATABLE-READ", 16 * 1024 * 1024)


@pytest.fixture(name="world")
def make_world(desk: Desk, host: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
	"""A healthy site. Its address is a proxy's; a worker and a scheduler seem to run, which no test starts."""
	with proxied(host.application) as proxy:
		monkeypatch.setitem(frappe.conf, "host_name", proxy.url)
		desk.sandbox.configure_callback(proxy.url + WEBHOOK)
		monkeypatch.setattr(background_checks, "seen_workers", lambda _limit: (seen(*ALL_QUEUES),))
		monkeypatch.setattr(background_checks, "read_schedule", lambda: RUNNING)
		# Other tests use the processor meanwhile; how slow is too slow has cases of its own.
		for module, limit in (
			(callback_checks, "MEDIAN_SECONDS"),
			(callback_checks, "LONGEST_SECONDS"),
			(account_checks, "SLOW_SECONDS"),
		):
			monkeypatch.setattr(module, limit, 60)
		if host.kind == "embedded":
			monkeypatch.setattr(site_checks, "read_server", lambda: MARIADB)
		made = World(desk, monkeypatch, proxy)
		made.staff(user("whatsapp-member@example.com", "Agent"))
		yield made
		made.mend()
		made.staff()


def examine(checks: Sequence[Check] = CHECKS) -> dict[str, Result]:
	frappe.db.commit()
	return {result.key: result for result in runner.run(checks)}


# What is told of every site whose Meta is a sandbox, as that of all tests is.
OF_SANDBOXES = {"api_address"}


def faults(results: dict[str, Result]) -> dict[str, State]:
	told = (State.PROBLEM, State.WARNING)
	return {
		key: result.state
		for key, result in results.items()
		if result.state in told and key not in OF_SANDBOXES
	}
