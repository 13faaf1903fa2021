"""Every method of the set-up is for System Managers alone (Z25): nobody else gets an answer, and nothing is done."""

import inspect
from collections.abc import Callable
from contextlib import closing
from typing import Any

import frappe
import httpx
import pytest

from tests.app.conftest import SETTINGS, user
from tests.app.desk import Desk
from tests.app.onboarding import ACCOUNT, API, SIGNUP, Setup, accounts, bare, secrets, setup, token_of
from whatsapp_channel.api import onboarding

__all__ = ["bare", "setup"]

# Arguments with which each method would do something for a System Manager.
METHODS: dict[str, dict[str, Any]] = {
	"state": {},
	"refresh": {"account": "{account}"},
	"begin_signup": {},
	"signup_code": {"signup": "{signup}", "code": "{code}"},
	"signup_event": {"signup": "{signup}", "event": {"type": "WA_EMBEDDED_SIGNUP", "event": "CANCEL"}},
	"choose_account": {"signup": "{signup}", "waba_id": "{account}"},
	"continue_signup": {"signup": "{signup}"},
	"link_manually": {"access_token": "{token}", "waba_id": "{account}", "app_secret": "another-secret"},
	"subscribe": {"account": "{account}"},
	"save_profile": {
		"account": "{account}",
		"display_name": "Lucky Shrub",
		"category": "RETAIL",
		"description": "Plants",
	},
	"numbers": {"account": "{account}"},
	"choose_number": {"account": "{account}", "phone_number_id": "{number}"},
	"add_number": {"account": "{account}", "number": "+16505551234"},
	"request_code": {"number": "{number}", "method": "SMS"},
	"verify_code": {"number": "{number}", "code": "123456"},
	"register": {"number": "{number}", "pin": "123456"},
	"create_channel": {"number": "{number}", "channel_name": "New", "department": "{team}"},
	"set_policies": {"trial": "Off", "credit": "Block"},
	"test_state": {"channel": "{channel}"},
	"send_test": {"channel": "{channel}", "message": "?"},
}
PEOPLE: dict[str, tuple[str, ...] | None] = {
	"guest": None,
	"portal user": (),
	"agent": ("Agent",),
	"agent manager": ("Agent Manager",),
	"agent and agent manager": ("Agent", "Agent Manager"),
}


def _whitelisted() -> set[str]:
	"""The functions of the module that the web reaches."""
	return {
		name
		for name, function in inspect.getmembers(onboarding, inspect.isfunction)
		if function.__module__ == onboarding.__name__ and not name.startswith("_")
	}


def test_the_table_covers_every_method():
	assert set(METHODS) == _whitelisted()


@pytest.mark.parametrize("method", METHODS)
def test_each_takes_posts_alone_and_names_its_types(site: Any, method: str):
	function = getattr(onboarding, method)
	frappe.is_whitelisted(function)
	assert function not in frappe.guest_methods
	assert frappe.allowed_http_methods_for_whitelisted_func[function] == ["POST"]
	assert all(
		parameter.annotation is not inspect.Parameter.empty
		for parameter in inspect.signature(function).parameters.values()
	)


@pytest.fixture
def values(desk: Desk, setup: Setup) -> dict[str, str]:
	"""What the arguments stand for."""
	return {
		"account": desk.account,
		"number": desk.number,
		"channel": desk.channel,
		"token": desk.sandbox.config.token,
		"signup": setup.begin(),
		"code": setup.code(),
		"team": frappe.get_all("HD Team", pluck="name")[0],
	}


def _filled(arguments: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
	return {
		name: value.format(**values) if isinstance(value, str) else value for name, value in arguments.items()
	}


def _client(desk: Desk, who: str) -> httpx.Client:
	roles = PEOPLE[who]
	if roles is None:
		return httpx.Client(base_url=desk.web.url, headers=desk.web.headers, timeout=60)
	return desk.web.login(user(f"{who.replace(' ', '-')}@example.com", *roles))


def _stored() -> list[Any]:
	"""Everything that a method of the set-up could have changed."""
	frappe.db.commit()
	doctypes = (ACCOUNT, SIGNUP, "WhatsApp Number", "WhatsApp Channel", "WhatsApp Session Message")
	rows = [frappe.get_all(doctype, fields=["*"], order_by="name") for doctype in doctypes]
	single = frappe.db.get_value(SETTINGS, SETTINGS, ["trial_policy", "credit_policy", "verify_token"])
	return [*rows, single, secrets(), accounts()]


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_else_gets_anything(desk: Desk, values: dict[str, str], who: str):
	before = _stored()
	desk.sandbox.requests.clear()
	with closing(_client(desk, who)) as client:
		for method, arguments in METHODS.items():
			answer = client.post(API + method, json=_filled(arguments, values))
			assert (method, answer.status_code) == (method, 403)
			assert "message" not in answer.json()
			assert values["token"] not in answer.text
	assert list(desk.sandbox.requests) == []
	assert _stored() == before


def test_reading_by_get_is_refused_even_to_the_administrator(desk: Desk, values: dict[str, str]):
	with closing(desk.web.login("Administrator")) as client:
		for method, arguments in METHODS.items():
			answer = client.get(API + method, params=_filled(arguments, values))
			assert (method, answer.status_code) == (method, 403)


def test_a_system_manager_who_is_not_the_administrator_may(desk: Desk, setup: Setup):
	with closing(desk.web.login(user("setup-manager@example.com", "System Manager"))) as client:
		manager = Setup(client, desk.sandbox)
		assert manager.call("state")["account"]["name"] == desk.account
		assert manager.send_code(manager.begin(), manager.code())["signup"]["state"] == "Linked"


BY_FORM: dict[str, Callable[[httpx.Client, Desk], httpx.Response]] = {
	"a token": lambda client, desk: client.post(
		"/api/method/frappe.client.set_value",
		data={"doctype": ACCOUNT, "name": desk.account, "fieldname": "access_token", "value": "EAAmine"},
	),
	"an account": lambda client, desk: client.post(
		"/api/method/frappe.client.insert",
		json={"doc": {"doctype": ACCOUNT, "account_name": "Mine", "waba_id": "299"}},
	),
	"a sign-up": lambda client, desk: client.post(
		"/api/method/frappe.client.insert",
		json={"doc": {"doctype": SIGNUP, "state": "Linked"}},
	),
	"settings": lambda client, desk: client.post(
		"/api/method/frappe.client.set_value",
		data={"doctype": SETTINGS, "name": SETTINGS, "fieldname": "verify_token", "value": "mine"},
	),
	"checking the connection": lambda client, desk: client.post(
		"/api/method/run_doc_method",
		data={"method": "check_connection", "dt": ACCOUNT, "dn": desk.account},
	),
}


@pytest.mark.parametrize("what", BY_FORM)
@pytest.mark.parametrize("who", PEOPLE)
def test_nor_by_the_forms(desk: Desk, setup: Setup, who: str, what: str):
	before = _stored()
	with closing(_client(desk, who)) as client:
		assert BY_FORM[what](client, desk).status_code == 403
	assert _stored() == before
	assert token_of(ACCOUNT, desk.account) == desk.sandbox.config.token


def test_not_even_a_system_manager_writes_a_signup_by_hand(desk: Desk, setup: Setup):
	name = setup.begin()
	with closing(desk.web.login(user("setup-manager@example.com", "System Manager"))) as client:
		assert BY_FORM["a sign-up"](client, desk).status_code == 403
		values = {"doctype": SIGNUP, "name": name, "fieldname": "state", "value": "Linked"}
		assert client.post("/api/method/frappe.client.set_value", data=values).status_code == 403
	assert frappe.db.get_value(SIGNUP, name, "state") == "Started"
