"""Health: a site on which all is well, and for each check the faults that it and no other check reports."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import frappe
import pytest

from tests.app.desk import WEBHOOK
from tests.app.health_world import ALL_QUEUES, OF_SANDBOXES, World, examine, faults, make_world, seen  # noqa: F401 (a fixture)
from tests.files import PNG
from whatsapp_channel import settings
from whatsapp_channel.clock import utc_now
from whatsapp_channel.health import account_checks, background_checks, callback_checks
from whatsapp_channel.health import site_checks as site_checks
from whatsapp_channel.health.background_checks import Schedule
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.registry import BY_KEY
from whatsapp_channel.health.result import State
from whatsapp_channel.health.site_checks import Server
from whatsapp_channel.inbound import delivery

SETTINGS = "WhatsApp Channel Settings"
ACCOUNT = "WhatsApp Business Account"
PROBLEM, WARNING, SKIPPED = State.PROBLEM, State.WARNING, State.SKIPPED
CLOSED = "http://127.0.0.1:9"
OTHER_KEY = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMDA="


# -- all is well -----------------------------------------------------------------------------------------------------


def test_a_healthy_site_has_no_fault(world: World) -> None:
	results = examine()
	assert {
		key: (result.state, result.reason) for key, result in results.items() if result.state != "OK"
	} == {"api_address": (WARNING, results["api_address"].reason)}
	assert all(result.reason and result.title and result.seconds >= 0 for result in results.values())


def test_what_this_host_does_not_have_is_skipped_with_the_reason(
	world: World, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
	monkeypatch.undo()
	found = examine([BY_KEY[key] for key in ("worker", "scheduler", "database")])
	if host.kind == "bench":
		assert found["database"].state == State.OK
		assert {found["worker"].state, found["scheduler"].state} <= {State.OK, PROBLEM}
	else:
		assert {result.state for result in found.values()} == {SKIPPED}
	assert all(len(result.reason) > 10 for result in found.values())


def test_without_an_account_there_is_nothing_to_ask_meta_about(site: Any) -> None:
	found = examine([BY_KEY[key] for key in ("token", "permissions", "subscription")])
	assert {result.state for result in found.values()} == {SKIPPED}
	assert {result.reason for result in found.values()} == {"No WhatsApp Business Account is connected yet."}


# -- one fault at a time ---------------------------------------------------------------------------------------------

Break = Callable[[World], None]
FAULTS: dict[str, dict[str, tuple[State, Break]]] = {key: {} for key in BY_KEY if key not in OF_SANDBOXES}


def fault(key: str, condition: str, state: State = PROBLEM) -> Callable[[Break], Break]:
	"""Enters a way to break what one check looks at."""

	def enter(work: Break) -> Break:
		FAULTS.setdefault(key, {})[condition] = state, work
		return work

	return enter


@fault("encryption_key", "none")
def _(world: World) -> None:
	world.patch.delitem(frappe.conf, "encryption_key")


@fault("encryption_key", "another one than the secrets were stored with")
def _(world: World) -> None:
	world.configure(encryption_key=OTHER_KEY)


@fault("app_secret", "none")
def _(world: World) -> None:
	frappe.db.delete("__Auth", {"doctype": "WhatsApp App Secret"})


@fault("app_secret", "deliveries signed with another", WARNING)
def _(world: World) -> None:
	world.desk.post(b"{}", secret="another")
	delivery.record_refusals()


@fault("verify_token", "none")
def _(world: World) -> None:
	frappe.db.delete("__Auth", {"doctype": SETTINGS, "fieldname": "verify_token"})


@fault("meta", "nobody listens")
def _(world: World) -> None:
	world.settle(SETTINGS, api_base_url=CLOSED)


@fault("meta", "slow", WARNING)
def _(world: World) -> None:
	world.patch.setattr(account_checks, "SLOW_SECONDS", 0)


@fault("meta", "no answer in time")
def _(world: World) -> None:
	def too_slow(_deadline: Deadline) -> None:
		raise TooSlow(5)

	world.patch.setattr(account_checks, "ping_meta", too_slow)


@fault("token", "withdrawn")
def _(world: World) -> None:
	world.desk.sandbox.tokens.clear()


@fault("token", "none entered")
def _(world: World) -> None:
	frappe.db.delete("__Auth", {"doctype": ACCOUNT})


@fault("token", "expired")
def _(world: World) -> None:
	world.expires_in(days=-1)


@fault("token", "expires within 7 days", WARNING)
def _(world: World) -> None:
	world.expires_in(days=6.9)


@fault("token", "sending is stopped")
def _(world: World) -> None:
	frappe.db.set_value(ACCOUNT, world.desk.account, "attention_reason", "The token was refused.")


@fault("answers", "messages time out")
def _(world: World) -> None:
	now = frappe.utils.now_datetime()
	world.change_rows(ACCOUNT, {}, unanswered=3, silent_since=now, next_probe=now + timedelta(minutes=5))


@fault("permissions", "may not send")
def _(world: World) -> None:
	world.desk.sandbox.signup.missing_scopes = ("whatsapp_business_messaging",)


@fault("permissions", "for another account")
def _(world: World) -> None:
	world.desk.sandbox.add_account("200000000000009", "Other")
	world.desk.sandbox.oauth.grant(world.desk.sandbox.config.token, waba_ids=["200000000000009"], days=0)


@fault("subscription", "none")
def _(world: World) -> None:
	world.desk.sandbox.subscribed = False


@fault("subscription", "to another address")
def _(world: World) -> None:
	settings.cloud_api(world.desk.account).subscribe_app(
		world.desk.account, callback_url=world.desk.web.url + WEBHOOK, verify_token=settings.verify_token()
	)


@fault("subscription", "the app's address is another")
def _(world: World) -> None:
	world.desk.sandbox.configure_callback(world.desk.web.url + WEBHOOK)


@fault("subscription", "no address at all")
def _(world: World) -> None:
	world.desk.sandbox.callback.url = None


@fault("subscription", "the app's address cannot be read", WARNING)
def _(world: World) -> None:
	def refused(*_arguments: object) -> None:
		raise ValueError("no such app")

	world.patch.setattr(settings, "app_api", refused)


@fault("callback", "nobody listens")
def _(world: World) -> None:
	world.move_site(CLOSED)


@fault("callback", "it leads elsewhere")
def _(world: World) -> None:
	world.proxy.redirect = "https://www.example.com/"


@fault("callback", "a login page answers")
def _(world: World) -> None:
	world.proxy.status = 403


@fault("callback", "not https")
def _(world: World) -> None:
	world.patch.setattr(settings, "is_sandbox", lambda: False)


@fault("callback", "over 250 ms", WARNING)
def _(world: World) -> None:
	world.patch.setattr(callback_checks, "MEDIAN_SECONDS", 0)


@fault("callback", "over a second")
def _(world: World) -> None:
	world.patch.setattr(callback_checks, "LONGEST_SECONDS", 0)


@fault("signature", "a proxy drops the header")
def _(world: World) -> None:
	world.proxy.dropped_header = "HTTP_X_HUB_SIGNATURE_256"


@fault("signature", "a proxy changes the body")
def _(world: World) -> None:
	world.proxy.added = b" "


@fault("signature", "it cannot be stored")
def _(world: World) -> None:
	world.proxy.post_status = 503


@fault("endpoints", "Helpdesk blocks the webhook")
def _(world: World) -> None:
	world.configure(block_endpoints=1)


@fault("endpoints", "Helpdesk blocks the ticket's actions", WARNING)
def _(world: World) -> None:
	world.configure(block_endpoints=1, allowed_custom_endpoints=["whatsapp_channel.api.webhook"])


@fault("worker", "none")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "seen_workers", lambda _limit: ())


@fault("worker", "silent for too long")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "seen_workers", lambda _limit: (seen(*ALL_QUEUES, ago=481),))


@fault("worker", "one queue without any")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "seen_workers", lambda _limit: (seen("default", "long"),))


@fault("worker", "Redis does not answer")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "seen_workers", lambda _limit: None)


@fault("scheduler", "switched off")
def _(world: World) -> None:
	world.patch.setattr(
		background_checks, "read_schedule", lambda: Schedule("pause_scheduler", False, timedelta())
	)


@fault("scheduler", "the sweep is no job")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "read_schedule", lambda: Schedule("", False, None))


@fault("scheduler", "has not run for minutes")
def _(world: World) -> None:
	world.patch.setattr(background_checks, "read_schedule", lambda: Schedule("", False, timedelta(minutes=6)))


@fault("scheduler", "jobs are held back")
def _(world: World) -> None:
	held_back = Schedule("", False, timedelta(), 3, datetime(2026, 11, 29, 18, 0))
	world.patch.setattr(background_checks, "read_schedule", lambda: held_back)


@fault("scheduler", "the site sleeps", WARNING)
def _(world: World) -> None:
	world.patch.setattr(background_checks, "read_schedule", lambda: Schedule("", True, timedelta()))


@fault("deliveries", "one waits for six minutes")
def _(world: World) -> None:
	world.kept_since(minutes=6, state="Received")


@fault("deliveries", "one failed", WARNING)
def _(world: World) -> None:
	world.kept_since(minutes=0, state="Failed")


@fault("unfiled", "an item goes in three weeks", WARNING)
def _(world: World) -> None:
	world.unroutable_since(days=344)


@fault("unfiled", "an item goes in five days")
def _(world: World) -> None:
	world.unroutable_since(days=360)


@fault("service_levels", "no default priority")
def _(world: World) -> None:
	world.settle("HD Settings", default_priority="", default_ticket_type="")
	world.change_rows("HD Service Level Agreement", {"default_sla": 1}, default_priority="")


@fault("service_levels", "none is default")
def _(world: World) -> None:
	world.change_rows("HD Service Level Agreement", {"default_sla": 1}, default_sla=0)


@fault("service_levels", "without the default priority")
def _(world: World) -> None:
	world.change_rows("HD Service Level Priority", {"priority": "Medium"}, priority="High")


@fault("service_levels", "without another priority", WARNING)
def _(world: World) -> None:
	world.change_rows("HD Service Level Priority", {"priority": "Urgent"}, priority="High")


@fault("departments", "without members", WARNING)
def _(world: World) -> None:
	world.staff()


@fault("departments", "gone")
def _(world: World) -> None:
	world.change("WhatsApp Channel", world.desk.channel, {"department": "Nobody's"})


@fault("private_files", "the folder cannot be written to")
def _(world: World) -> None:
	world.patch.setattr(site_checks, "_private", lambda: "/nowhere/at/all")


@fault("private_files", "a customer's file is public")
def _(world: World) -> None:
	frappe.db.set_value("File", world.customers_file(), "is_private", 0)


@fault("private_files", "a public copy", WARNING)
def _(world: World) -> None:
	world.customers_file()
	frappe.get_doc({"doctype": "File", "file_name": "copy.png", "content": PNG, "is_private": 0}).insert()


@fault("body_limits", "less than a delivery")
def _(world: World) -> None:
	world.configure(max_file_size=3 * 1024 * 1024 - 1)


@fault("body_limits", "less than a photo", WARNING)
def _(world: World) -> None:
	world.settle("System Settings", max_file_size=15)


@fault("clock", "two minutes ahead", WARNING)
def _(world: World) -> None:
	world.patch.setattr(site_checks, "utc_now", lambda: utc_now() + timedelta(minutes=2))


@fault("clock", "two hours behind")
def _(world: World) -> None:
	world.patch.setattr(site_checks, "utc_now", lambda: utc_now() - timedelta(hours=2))


@fault("database", "a table that locks as a whole")
def _(world: World) -> None:
	world.serve(Server(("tabWhatsApp Customer",), (), "REPEATABLE-READ", 2**24))


@fault("database", "a table without emojis")
def _(world: World) -> None:
	world.serve(Server((), ("tabWhatsApp Customer",), "REPEATABLE-READ", 2**24))


@fault("database", "packets smaller than a delivery")
def _(world: World) -> None:
	world.serve(Server((), (), "REPEATABLE-READ", 2**20))


@fault("database", "another isolation", WARNING)
def _(world: World) -> None:
	world.serve(Server((), (), "READ-COMMITTED", 2**24))


CASES = [
	pytest.param(key, state, work, id=f"{key}: {condition}")
	for key, conditions in FAULTS.items()
	for condition, (state, work) in conditions.items()
]


@pytest.mark.parametrize(("key", "state", "work"), CASES)
def test_a_fault_is_told_by_its_own_check_alone(world: World, key: str, state: State, work: Break) -> None:
	work(world)
	results = examine()
	assert {name: (each.state, each.reason) for name, each in results.items() if name in faults(results)} == {
		key: (state, results[key].reason)
	}
	assert len(results[key].reason) > 15
	assert len(results[key].fix) > 15
	assert all(each.reason for each in results.values() if each.state == SKIPPED)


def test_every_check_has_a_problem_in_the_table() -> None:
	assert set(FAULTS) == set(BY_KEY) - OF_SANDBOXES
	problems = {key for key, each in FAULTS.items() if PROBLEM in {state for state, _work in each.values()}}
	assert problems == set(BY_KEY) - OF_SANDBOXES
