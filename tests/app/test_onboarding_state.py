"""Where the set-up stands: told from rows, without Meta, the same for everybody (Z24)."""

from typing import Any

import frappe
import pytest

from tests.app.conftest import SETTINGS
from tests.app.desk import Desk
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
