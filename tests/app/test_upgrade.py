"""A site of an earlier version is brought up to date: nothing is lost, and what waited goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest

from tests.app import older_site
from tests.app.columns import markup
from tests.app.desk import Desk
from tests.app.older_site import ROWS, SINCE
from whatsapp_channel.api import ticket as ticket_page
from whatsapp_channel.database import kinds_of
from whatsapp_channel.doctypes import CUSTOMER, DELIVERY, ITEM, MEDIA, MESSAGE, MODULE, NUMBER, SETTINGS, SIGN
from whatsapp_channel.jobs import act_as_site
from whatsapp_channel.keys import number_key
from whatsapp_channel.rules.text.markup import for_column
from whatsapp_channel.settings import UNFILED_DAYS

TABLES = (DELIVERY, ITEM, MESSAGE, MEDIA, CUSTOMER)
# Jobs as the earlier version queued them, with their arguments.
JOBS: dict[str, Callable[[Upgraded], dict[str, Any]]] = {
	"whatsapp_channel.jobs.sweep": lambda _site: {},
	"whatsapp_channel.inbound.drain.drain": lambda _site: {},
	"whatsapp_channel.outbound.send.send_queued": lambda site: {
		"customer": site.place.customer,
		"channel": site.desk.channel,
	},
	"whatsapp_channel.inbound.media.fetch_failed": lambda _site: {},
	"whatsapp_channel.inbound.reprocess.many": lambda site: {"names": [site.names["item that was dropped"]]},
	"whatsapp_channel.status.refresh_all": lambda _site: {},
	"whatsapp_channel.inbound.media.redact_old_media": lambda _site: {},
	"whatsapp_channel.privacy.export.delete_old": lambda _site: {},
	"whatsapp_channel.onboarding.signup_rows.clear_expired": lambda _site: {},
}


class Upgraded:
	"""The site: rows by the names of ROWS, as they were before, and the steps of an update."""

	def __init__(self, desk: Desk, host: Any) -> None:
		self.desk, self.host = desk, host
		self.place = older_site.place_of(desk)
		self.is_old = False

	def take_back(self) -> None:
		"""To the earlier version, with a row of each kind."""
		self.is_old = True
		older_site.take_back()
		self.names = {what: old.make(self.place) for what, old in ROWS.items()}
		frappe.db.commit()
		self.before = {doctype: stored(doctype) for doctype in TABLES}

	def migrate(self) -> None:
		"""Once more from the beginning, as if it had been broken off at its end."""
		frappe.db.delete("Patch Log", {"patch": ["in", SINCE]})
		frappe.db.commit()
		self.host.migrate(SINCE)
		frappe.db.commit()
		self.is_old = False

	def row(self, what: str) -> frappe._dict:
		"""A row of ROWS as it is now."""
		frappe.db.commit()
		return frappe.db.get_value(ROWS[what].doctype, self.names[what], "*", as_dict=True)


def stored(doctype: str) -> dict[str, dict[str, Any]]:
	"""All rows of a table by name."""
	frappe.db.commit()
	return {row["name"]: row for row in frappe.db.sql(f"select * from `tab{doctype}`", as_dict=True)}


@pytest.fixture
def old_site(desk: Desk, host: Any) -> Iterator[Upgraded]:
	"""A site that was not brought up to date yet."""
	site = Upgraded(desk, host)
	try:
		site.take_back()
		yield site
	finally:
		if site.is_old:
			# The tests that follow need the tables of now, whatever became of this one.
			frappe.db.rollback()
			site.migrate()


@pytest.fixture
def upgraded(old_site: Upgraded) -> Upgraded:
	"""The same, brought up to date twice."""
	old_site.migrate()
	old_site.migrate()
	return old_site


def test_each_patch_meets_rows_that_it_touches() -> None:
	touched = {old.patch for old in ROWS.values()} - {None}
	assert {patch.rpartition(".")[2] for patch in SINCE} == touched


# -- nothing is lost -------------------------------------------------------------------------------------------------


def test_rows_are_as_they_were_but_for_markup(upgraded: Upgraded) -> None:
	for doctype, rows in upgraded.before.items():
		now, kinds = stored(doctype), kinds_of(frappe.local.site, doctype)
		kept = {name: row for name, row in rows.items() if row.get("kind") != "Sign"}
		assert now.keys() == kept.keys()
		for name, row in kept.items():
			plain = {
				column: for_column(value, kinds[column])
				if isinstance(value, str) and column in kinds
				else value
				for column, value in row.items()
				if column != "contact"
			}
			if plain.get("wamid_key"):
				plain["wamid_key"] = number_key(upgraded.desk.number, plain["wamid_key"])
			if plain.get("profile_name") == older_site.TURNED:
				plain["profile_name"] = "Ana"
			assert {column: now[name][column] for column in plain} == plain


SIGNS = {
	"sign that counts": ("Quote", "Open", older_site.LOST),
	"sign of a message that came": ("Status", "Settled", older_site.CAME),
	"sign that was looked into": ("Reaction", "Dismissed", "wamid.gone"),
	"sign that nobody can read": ("Quote", "Open", ""),
}


def test_a_sign_is_a_row_of_its_own(upgraded: Upgraded) -> None:
	signs = stored(SIGN)
	assert signs.keys() == {upgraded.names[what] for what in SIGNS}
	found = {what: signs[upgraded.names[what]] for what in SIGNS}
	assert {what: (sign.kind, sign.state, sign.wamid) for what, sign in found.items()} == SIGNS
	for what, sign in found.items():
		before = upgraded.before[ITEM][upgraded.names[what]]
		assert (sign.number, sign.creation) == (upgraded.desk.number, before["creation"])
		assert sign.sign_key == before["item_key"]
		assert sign.wamid_key == number_key(upgraded.desk.number, before["position"])


def test_nothing_that_a_page_prints_holds_markup(upgraded: Upgraded) -> None:
	assert markup(upgraded.place.since) == []
	contact = frappe.db.get_value(CUSTOMER, upgraded.place.customer, "contact")
	assert contact == frappe.db.get_value("HD Ticket", upgraded.place.ticket, "contact")
	assert '"' not in contact
	assert frappe.db.get_single_value(SETTINGS, "last_refusal").startswith("‹img")


def test_titles_owners_and_limits_are_as_on_a_new_site(upgraded: Upgraded) -> None:
	number = upgraded.row("name that is a number")
	assert (number.profile_name, number.shown_name) == ("+5511900000002", "+55 ••••• 0002")
	assert upgraded.row("name that turns").shown_name == "Ana"
	assert upgraded.row("file that an agent fetched").owner == "Administrator"
	assert frappe.db.get_single_value(SETTINGS, UNFILED_DAYS) == 365


def test_columns_are_as_they_are_now(upgraded: Upgraded) -> None:
	for doctype in frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name"):
		fields = frappe.get_meta(doctype, cached=False).get_valid_columns()
		assert set(fields) - set(frappe.db.get_table_columns(doctype)) == set()


# -- what waited goes on ---------------------------------------------------------------------------------------------


def test_old_replies_ask_their_agent_as_on_a_new_site(upgraded: Upgraded) -> None:
	assert frappe.db.get_single_value(SETTINGS, "ask_after_hours") == 24


def test_what_was_queued_goes_out_as_it_was_written(upgraded: Upgraded) -> None:
	upgraded.desk.settle()
	assert upgraded.desk.on_phone() == ["queued, part one <3", "queued, part two"]
	assert upgraded.row("being sent, nobody knows").status == "Unconfirmed"
	assert (upgraded.row("queued").status, upgraded.row("its second part").status) == ("Accepted", "Accepted")
	ticket_page.send_again(upgraded.names["failed"])
	frappe.db.commit()
	upgraded.desk.settle()
	assert upgraded.desk.on_phone()[2:] == ["failed"]


def test_what_came_in_is_filed(upgraded: Upgraded) -> None:
	upgraded.desk.settle()
	said = "\n".join(upgraded.desk.conversation_of(upgraded.place.ticket))
	assert "delivered" in said
	assert "pending" in said
	assert upgraded.row("delivery that waits").state == "Processed"
	assert upgraded.row("item that cannot be filed").state == "Failed"


def test_jobs_that_were_queued_still_run(old_site: Upgraded) -> None:
	errors = frappe.db.count("Error Log")
	for method, arguments in JOBS.items():
		frappe.enqueue(method, queue="long", timeout=900, **arguments(old_site))
	frappe.db.commit()
	old_site.migrate()
	assert old_site.host.run_jobs() >= len(JOBS)
	frappe.db.commit()
	act_as_site()
	assert frappe.db.count("Error Log") == errors
	assert old_site.desk.on_phone() == ["queued, part one <3", "queued, part two"]
	said = "\n".join(old_site.desk.conversation_of(old_site.place.ticket))
	assert [text for text in ("delivered", "pending", "held", "dropped") if text not in said] == []
	assert old_site.row("file that is missing").state == "Stored"


def test_a_sign_that_was_carried_over_ends_with_its_message(upgraded: Upgraded) -> None:
	known = {"missing_since": older_site.KNOWN, "missing_evidence": 2}
	frappe.db.set_value(NUMBER, upgraded.desk.number, known)
	frappe.db.commit()
	late = upgraded.desk.payload(older_site.text_message("late", wamid=older_site.LOST))
	assert upgraded.desk.post(late).status_code == 200
	upgraded.desk.settle()
	assert frappe.db.get_value(SIGN, upgraded.names["sign that counts"], "state") == "Settled"
