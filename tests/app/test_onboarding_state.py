"""Where the set-up stands: told from rows, without Meta, the same for everybody (Z24)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
import pytest

from tests.app.conftest import SETTINGS
from tests.app.desk import DEADLINE, Desk
from tests.app.onboarded import NUMBER, about_number, tells, update
from tests.app.onboarding import (
	ACCOUNT,
	OTHER,
	WABA,
	Refused,
	Setup,
	account,
	bare,
	lose_access,
	second,
	setup,
)
from whatsapp_channel.cloud_api.client import CloudAPI

__all__ = ["bare", "second", "setup"]


# State


def test_the_state_asks_meta_nothing(setup: Setup):
	setup.link()
	setup.sandbox.requests.clear()
	for _ in range(3):
		setup.call("state")
		setup.call("state", account=WABA)
	assert list(setup.sandbox.requests) == []


def test_refreshing_reads_the_account_again(setup: Setup):
	setup.link()
	setup.sandbox.account().fields.update(business_verification_status="verified", primary_funding_id=None)
	assert setup.call("state")["account"]["verification"] == "not_verified"
	state = setup.call("refresh", account=WABA)
	assert state["account"]["verification"] == "verified"
	found = {line["key"]: line["state"] for line in state["checklist"]}
	assert found["verified_business"] == found["legal_entity"] == found["business_access"] == "ok"
	assert found["credit_line"] == "todo"


def test_refreshing_with_a_dead_token(setup: Setup):
	setup.link()
	setup.sandbox.tokens.clear()
	with pytest.raises(Refused):
		setup.call("refresh", account=WABA)


def test_two_administrators_see_the_same_also_after_a_restart(setup: Setup, second: Setup, host: Any):
	setup.link()
	mine = setup.call("state")
	frappe.clear_cache()
	host.disconnect()
	host.connect()
	assert second.call("state") == mine


def test_the_account_that_is_not_finished_comes_first(desk: Desk, setup: Setup):
	setup.sandbox.add_account(OTHER, "Other")
	setup.link(waba_id=OTHER)
	state = setup.call("state")
	assert state["account"]["name"] == OTHER
	assert state["current"] == "profile"
	assert {each["name"]: each["state"] for each in state["accounts"]} == {
		OTHER: "Connected",
		desk.account: "Connected",
	}
	assert setup.call("state", account=desk.account)["channel"]["name"] == desk.channel
	assert setup.call("state", number=desk.number)["account"]["name"] == desk.account


def test_a_channel_that_was_made_by_hand_is_done(desk: Desk, setup: Setup):
	state = setup.call("state")
	assert state["current"] == "done"
	assert [each["state"] for each in state["steps"]] == ["done"] * 4


@pytest.mark.parametrize("wanted", [{"account": "299"}, {"number": "399"}], ids=["account", "number"])
def test_the_state_of_what_is_not_there(setup: Setup, wanted: dict[str, str]):
	with pytest.raises(Refused, match="not there"):
		setup.call("state", **wanted)


def test_a_site_on_which_nothing_is_done(bare: Setup):
	state = bare.call("state")
	assert (state["current"], state["account"], state["number"], state["channel"]) == (
		"link",
		None,
		None,
		None,
	)
	assert [each["state"] for each in state["steps"]] == ["current", "blocked", "blocked", "blocked"]
	assert [line["key"] for line in state["checklist"]] == [
		"business_manager",
		"verified_business",
		"business_account",
		"credit_line",
		"registered_number",
		"legal_entity",
		"business_access",
	]
	assert all(line["url"].startswith("https://") for line in state["checklist"])


def test_a_change_is_announced(setup: Setup, monkeypatch: pytest.MonkeyPatch):
	heard: list[Any] = []
	monkeypatch.setattr(frappe, "publish_realtime", lambda *args, **more: heard.append((args, more)))
	linked = setup.link()
	assert linked["account"]
	room = {"doctype": ACCOUNT, "docname": WABA, "after_commit": True}
	assert (("whatsapp_setup", {"account": WABA}), room) in heard


def test_the_button_of_the_form(setup: Setup):
	setup.link()
	lose_access()
	assert frappe.get_doc(ACCOUNT, WABA).check_connection() == "Sandbox Business"
	assert account().attention_reason is None
	assert account().synced_on


def test_settings_refuse_what_is_no_id(setup: Setup):
	form = frappe.get_doc(SETTINGS)
	form.api_base_url = None
	form.meta_app_id = "my app"
	with pytest.raises(frappe.ValidationError, match="digits only"):
		form.save()


# Reading again, while Meta tells


class Pause:
	"""Holds the first answer of Meta to one call back, until something else has happened."""

	def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
		self.answered, self.over = threading.Event(), threading.Event()
		original = getattr(CloudAPI, call)

		def held(*args: Any, **more: Any) -> Any:
			answer = original(*args, **more)
			self.answered.set()
			assert self.over.wait(DEADLINE)
			return answer

		monkeypatch.setattr(CloudAPI, call, held)

	def during(self, work: Callable[[], Any], happens: Callable[[], Any]) -> Any:
		"""The result of `work`, during whose call to Meta something `happens`."""
		with ThreadPoolExecutor(1) as pool:
			result = pool.submit(work)
			try:
				assert self.answered.wait(DEADLINE)
				happens()
			finally:
				self.over.set()
			return result.result()


def _reviewed(desk: Desk) -> None:
	tells(desk, "account_review_update", {"decision": "REJECTED"})


def _banned(desk: Desk) -> None:
	update(desk, "DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})


def _alerted(desk: Desk) -> None:
	alert = {"alert_type": "A", "alert_severity": "CRITICAL", "alert_status": "ACTIVE"}
	tells(desk, "account_alerts", {"alert_info": alert})


def _name_refused(desk: Desk) -> None:
	tells(desk, "phone_number_name_update", about_number(desk, decision="REJECTED"))


# What Meta tells, where it is kept, what is kept.
TOLD: dict[str, tuple[Callable[[Desk], None], str, str, str]] = {
	"review": (_reviewed, ACCOUNT, "account_review", "REJECTED"),
	"ban": (_banned, ACCOUNT, "restrictions", "DISABLE"),
	"alert": (_alerted, ACCOUNT, "alert_severity", "CRITICAL"),
	"name": (_name_refused, NUMBER, "name_status", "DECLINED"),
}


@pytest.mark.parametrize("call", ["account", "numbers", "inspect_self", "subscribed_apps"])
@pytest.mark.parametrize(("tell", "doctype", "field", "expected"), TOLD.values(), ids=TOLD.keys())
def test_what_meta_tells_while_it_is_asked_stays(
	desk: Desk,
	setup: Setup,
	monkeypatch: pytest.MonkeyPatch,
	call: str,
	tell: Callable[[Desk], None],
	doctype: str,
	field: str,
	expected: str,
):
	pause = Pause(monkeypatch, call)
	pause.during(lambda: setup.call("refresh", account=WABA), lambda: tell(desk))
	frappe.db.commit()
	name = desk.account if doctype == ACCOUNT else desk.number
	assert expected in (frappe.db.get_value(doctype, name, field) or "")
	assert account().currency == "USD"


def test_what_meta_tells_while_a_number_is_read_stays(
	desk: Desk, setup: Setup, monkeypatch: pytest.MonkeyPatch
):
	pause = Pause(monkeypatch, "number")
	pause.during(lambda: setup.call("register", number=desk.number), lambda: _name_refused(desk))
	frappe.db.commit()
	assert frappe.db.get_value(NUMBER, desk.number, "name_status") == "DECLINED"


def test_what_meta_tells_while_a_number_is_chosen_stays(
	desk: Desk, setup: Setup, monkeypatch: pytest.MonkeyPatch
):
	chosen = {"account": desk.account, "phone_number_id": desk.number}
	pause = Pause(monkeypatch, "numbers")
	pause.during(lambda: setup.call("choose_number", **chosen), lambda: _name_refused(desk))
	frappe.db.commit()
	assert frappe.db.get_value(NUMBER, desk.number, "name_status") == "DECLINED"
