"""The ways to the health checks: methods, command, and what a check may not do whatever happens in it."""

import json
import os
import subprocess
import sys
import threading
from typing import Any

import frappe
import pytest
from click.testing import CliRunner, Result

from tests.app.conftest import user
from tests.app.desk import AGENT, Desk
from tests.app.health_world import World, examine, make_world  # noqa: F401 (a fixture)
from whatsapp_channel.commands import whatsapp_doctor
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.registry import BY_KEY, CHECKS, Check
from whatsapp_channel.health.result import Finding, Skip, State, ok, worst
from whatsapp_channel.inbound import delivery

API = "/api/method/whatsapp_channel.api.health."
METHODS = {"checks": {}, "check": {"key": "database"}, "run": {}}
SETTINGS = "WhatsApp Channel Settings"
NUMBER = "5511912345678"


# -- what a check may not do -------------------------------------------------------------------------------------------


def fails(_deadline: Deadline) -> Finding:
	raise RuntimeError(f"No connection for {NUMBER}")


def breaks_the_transaction(_deadline: Deadline) -> Finding:
	frappe.db.sql("select nothing from nowhere")
	return ok("never")


def tells_the_user(_deadline: Deadline) -> Finding:
	frappe.throw("A message for a page that nobody opened")
	return ok("never")


def waits(deadline: Deadline) -> Finding:
	deadline.wait_for(threading.Event().wait)
	return ok("never")


def cannot(_deadline: Deadline) -> Finding:
	raise Skip("There is no moon.")


@pytest.mark.parametrize(
	("look", "state", "said"),
	[
		(fails, State.PROBLEM, "RuntimeError"),
		(breaks_the_transaction, State.PROBLEM, "Error"),
		(tells_the_user, State.PROBLEM, "ValidationError"),
		(waits, State.PROBLEM, "No answer within"),
		(cannot, State.SKIPPED, "There is no moon."),
	],
	ids=[
		"it raises",
		"it breaks the transaction",
		"it throws as controllers do",
		"it waits",
		"it cannot be made",
	],
)
def test_no_check_stops_the_others(site: Any, look: Any, state: State, said: str) -> None:
	after = Check("after", "After", 1, lambda _limit: ok(f"{frappe.db.count('DocType')} kinds"))
	found = examine([Check("broken", "Broken", 0.1, look), after])
	assert (found["broken"].state, found["after"].state) == (state, State.OK)
	assert said in found["broken"].reason
	assert frappe.local.message_log == []


def test_what_nobody_foresaw_is_logged_without_numbers(site: Any) -> None:
	examine([Check("broken", "Broken", 1, fails)])
	(log,) = frappe.get_all("Error Log", fields=["method", "error"], order_by="creation desc", limit=1)
	assert log.method == "Health check broken"
	assert "RuntimeError" in log.error
	assert NUMBER not in log.error


def test_a_wait_ends_with_its_time_and_hands_on_what_was_raised() -> None:
	def raises() -> None:
		raise KeyError("inside")

	with pytest.raises(TooSlow):
		Deadline(0.05).wait_for(threading.Event().wait)
	with pytest.raises(KeyError, match="inside"):
		Deadline(5).wait_for(raises)
	assert Deadline(5).wait_for(lambda: 42) == 42


@pytest.mark.parametrize(
	"fault",
	[{}, {"dropped_header": "HTTP_X_HUB_SIGNATURE_256"}, {"status": 403}, {"post_status": 503}],
	ids=["accepted", "refused", "another answers", "not stored"],
)
def test_the_signature_test_leaves_nothing_behind(world: World, fault: dict[str, Any]) -> None:
	for name, value in fault.items():
		setattr(world.proxy, name, value)
	examine([BY_KEY["signature"]])
	delivery.record_refusals()
	assert frappe.get_all("WhatsApp Delivery") == []
	assert not frappe.db.get_single_value(SETTINGS, "refused_deliveries")
	assert not frappe.db.get_value(SETTINGS, SETTINGS, "last_refused_at")


def test_no_check_shows_a_secret(world: World) -> None:
	config = world.desk.sandbox.config
	world.desk.sandbox.tokens.clear()
	world.proxy.dropped_header = "HTTP_X_HUB_SIGNATURE_256"
	told = json.dumps([result.as_dict() for result in examine().values()])
	assert not [secret for secret in (config.token, config.app_secret, config.verify_token) if secret in told]


def test_a_key_that_is_missing_is_not_made_up(world: World) -> None:
	"""Frappe's own reader of secrets would write a new one into the site configuration."""
	world.patch.delitem(frappe.conf, "encryption_key")
	found = examine()
	assert "encryption_key" not in frappe.conf
	assert {found[key].state for key in ("token", "app_secret", "verify_token", "signature")} == {
		State.SKIPPED
	}


@pytest.mark.parametrize(
	("states", "expected"),
	[
		([], State.OK),
		([State.SKIPPED], State.OK),
		([State.OK, State.WARNING, State.SKIPPED], State.WARNING),
		([State.WARNING, State.PROBLEM, State.OK], State.PROBLEM),
	],
	ids=["nothing", "all skipped", "a warning", "a problem"],
)
def test_the_worst_of_all(states: list[State], expected: State) -> None:
	assert worst(states) == expected


def account(world: World, waba_id: str, token: str) -> None:
	"""One more account, of the same name as the first."""
	values = {"account_name": "Test Account", "waba_id": waba_id, "access_token": token}
	frappe.get_doc({"doctype": "WhatsApp Business Account", **values}).insert()


def test_of_several_accounts_the_worst_is_told_by_its_name(world: World) -> None:
	account(world, "200000000000777", "no-token-of-the-sandbox")
	found = examine([BY_KEY["token"]])["token"]
	assert found.state == State.PROBLEM
	assert found.reason.startswith("Test Account (200000000000777): Meta refused the access token")
	assert found.details["Test Account"] == "The token is valid and does not expire."
	assert len(found.details) == 2


# -- methods -----------------------------------------------------------------------------------------------------------


def post(client: Any, method: str) -> Any:
	return client.post(API + method, json=METHODS[method])


def test_a_system_manager_asks_for_the_list_one_and_all(desk: Desk) -> None:
	client = desk.web.login(user("whatsapp-admin@example.com", "System Manager"))
	listed = post(client, "checks").json()["message"]
	assert [each["key"] for each in listed] == [check.key for check in CHECKS]
	one = post(client, "check").json()["message"]
	assert set(one) == {"key", "title", "state", "reason", "fix", "details", "seconds"}
	every = post(client, "run").json()["message"]
	assert [each["key"] for each in every["results"]] == [check.key for check in CHECKS]
	assert every["worst"] in ("OK", "WARNING", "PROBLEM")


def test_an_unknown_key_is_refused_by_name(desk: Desk) -> None:
	client = desk.web.login("Administrator")
	answer = client.post(API + "check", json={"key": "<b>moon"})
	assert answer.status_code == 417
	assert "There is no check &lt;b&gt;moon." in json.loads(answer.json()["_server_messages"])[0]


PEOPLE = {"Agent": AGENT, "Agent Manager": "whatsapp-manager@example.com", "": "portal-user@example.com"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("role", PEOPLE, ids=["agent", "agent manager", "portal user"])
def test_nobody_else_may(desk: Desk, method: str, role: str) -> None:
	client = desk.web.login(user(PEOPLE[role], *filter(None, [role])))
	assert post(client, method).status_code == 403


@pytest.mark.parametrize("method", METHODS)
def test_guests_may_not(desk: Desk, method: str) -> None:
	assert post(desk.web, method).status_code == 403


@pytest.mark.parametrize("method", METHODS)
def test_a_link_cannot_start_checks(desk: Desk, method: str) -> None:
	client = desk.web.login("Administrator")
	assert client.get(API + method, params=METHODS[method]).status_code == 403


# -- command -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def doctor(world: World, host: Any) -> Any:
	"""Runs `bench --site … whatsapp-doctor` in this process, on the healthy site."""

	def run(*arguments: str) -> Result:
		frappe.db.commit()
		context = {"sites": [host.site_name], "profile": False, "verbose": False, "force": False}
		try:
			return CliRunner().invoke(whatsapp_doctor, list(arguments), obj=context)
		finally:
			host.connect()

	return run


def test_the_command_for_people(doctor: Any) -> None:
	ended = doctor()
	assert ended.exit_code == 0
	rows = [line for line in ended.stdout.splitlines() if not line.startswith(" ")]
	assert len(rows) == len(CHECKS)
	told = {check.key: row[:7].strip() for check, row in zip(CHECKS, rows, strict=True)}
	assert {key: state for key, state in told.items() if state != "OK"} == {"api_address": "WARNING"}
	assert "\x1b" not in ended.stdout
	width = max(len(check.title) for check in CHECKS)
	assert [row[9 : 9 + width].rstrip() for row in rows] == [check.title for check in CHECKS]
	assert {row[9 + width : 11 + width] for row in rows} == {"  "}


def test_the_command_for_machines(doctor: Any) -> None:
	ended = doctor("--json")
	told = json.loads(ended.stdout)
	assert (told["worst"], len(told["results"]), ended.exit_code) == ("WARNING", len(CHECKS), 0)


def test_a_problem_is_the_exit_code(doctor: Any, world: World) -> None:
	frappe.db.delete("__Auth", {"doctype": SETTINGS, "fieldname": "verify_token"})
	ended = doctor("--only", "verify_token", "--only", "database")
	assert ended.exit_code == 1
	assert "PROBLEM  Verify token" in ended.stdout
	assert "→ Enter any long text" in ended.stdout
	assert "Callback" not in ended.stdout


def test_a_warning_is_no_exit_code(doctor: Any, world: World) -> None:
	delivery.count_refusal("signature")
	delivery.record_refusals()
	ended = doctor("--only", "app_secret", "--json")
	assert (json.loads(ended.stdout)["worst"], ended.exit_code) == ("WARNING", 0)


def test_an_unknown_key_lists_the_known_ones(doctor: Any) -> None:
	ended = doctor("--only", "moon")
	assert ended.exit_code == 2
	assert "moon" in ended.stderr
	assert "service_levels" in ended.stderr


@pytest.mark.bench_only(reason="runs the bench's own command")
def test_the_command_of_a_bench(site: Any, host: Any) -> None:
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", host.site_name]
	ended = subprocess.run(
		[*command, "whatsapp-doctor", "--json"],
		cwd=host.sites,
		env=os.environ,
		capture_output=True,
		timeout=120,
	)
	told = json.loads(ended.stdout)
	assert [each["key"] for each in told["results"]] == [check.key for check in CHECKS]
	assert ended.returncode == int(told["worst"] == "PROBLEM")
