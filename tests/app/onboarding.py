"""An administrator at the set-up, over HTTP, with the sandbox as Meta."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
import httpx
import pytest
from frappe.utils.password import get_decrypted_password, set_encrypted_password

from tests.app.conftest import SETTINGS, team, write_settings
from tests.app.desk import WEBHOOK
from whatsapp_channel import settings
from whatsapp_channel.accounts import access
from whatsapp_channel.sandbox import Sandbox

WABA = "200000000000001"
ACCOUNT = "WhatsApp Business Account"
SIGNUP = "WhatsApp Signup"
SECRET = "WhatsApp App Secret"
API = "/api/method/whatsapp_channel.api.onboarding."
OTHER = "200000000000002"


@dataclass
class Refused(Exception):
	"""What the administrator read."""

	status: int
	text: str

	def __str__(self) -> str:
		return f"{self.status}: {self.text}"


@dataclass
class Setup:
	"""One administrator's page."""

	client: httpx.Client
	sandbox: Sandbox

	def call(self, method: str, /, **arguments: Any) -> Any:
		"""The answer; raises Refused with the text that the page shows."""
		response = self.client.post(API + method, json=arguments)
		if response.status_code != 200:
			raise Refused(response.status_code, _messages(response) + _unforeseen())
		return response.json()["message"]

	def begin(self, **arguments: Any) -> str:
		return self.call("begin_signup", **arguments)["signup"]

	def code(self, *accounts: str) -> str:
		"""A code that Meta's window gives for these accounts."""
		return self.sandbox.oauth.make_code(accounts or (self.sandbox.config.waba_id,), given=True)

	def send_code(self, signup: str, code: str) -> Any:
		return self.call("signup_code", signup=signup, code=code)

	def send_event(self, signup: str, event: Any = None) -> Any:
		return self.call("signup_event", signup=signup, event=finished() if event is None else event)

	def link(self, **more: str) -> Any:
		"""The manual way with the sandbox's own token."""
		config = self.sandbox.config
		given = {"access_token": config.token, "waba_id": config.waba_id, "app_secret": config.app_secret}
		return self.call("link_manually", **{**given, **more})

	def calls(self) -> list[str]:
		"""What Meta was asked, as "POST subscribed_apps"."""
		return [f"{call.method} {call.path.strip('/').split('/')[-1]}" for call in self.sandbox.requests]


def _messages(response: httpx.Response) -> str:
	answer = response.json()
	raw = json.loads(answer.get("_server_messages") or "[]")
	return " ".join(json.loads(each).get("message", "") for each in raw) or answer.get("exception", "")


def _unforeseen() -> str:
	"""What the Error Log has, which the page does not show."""
	frappe.db.commit()
	return " ".join(frappe.get_all("Error Log", {"method": ["like", "Set-up%"]}, pluck="error"))


def finished(waba_id: str = "200000000000001", **more: str) -> dict[str, Any]:
	"""The event at the end of Meta's window."""
	data = {"waba_id": waba_id, "business_id": "500000000000001", **more}
	return {"data": data, "type": "WA_EMBEDDED_SIGNUP", "event": "FINISH", "version": "3"}


def cancelled(**data: str) -> dict[str, Any]:
	return {"data": data, "type": "WA_EMBEDDED_SIGNUP", "event": "CANCEL", "version": 3}


def step(answer: Any, key: str = "link") -> Any:
	"""One step of a state."""
	state = answer.get("state", answer)
	return next(each for each in state["steps"] if each["key"] == key)


def token_of(doctype: str, name: str) -> str | None:
	frappe.db.commit()
	return get_decrypted_password(doctype, name, "access_token", raise_exception=False)


def accounts() -> list[str]:
	frappe.db.commit()
	return frappe.get_all(ACCOUNT, pluck="name", order_by="name")


def secrets() -> list[tuple[str, str | None]]:
	"""App id and secret of each row."""
	frappe.db.commit()
	rows = frappe.get_all(SECRET, {"parent": SETTINGS}, ["name", "app_id"], order_by="creation")
	return [(row.app_id, get_decrypted_password(SECRET, row.name, "secret")) for row in rows]


@pytest.fixture
def bare(site: Any, web: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Setup:
	"""A site on which nothing is set up but where Meta is, reached at the address of the tests' own web server."""
	monkeypatch.setattr(settings, "callback_url", lambda: web.url + WEBHOOK)
	frappe.db.set_single_value(SETTINGS, "api_base_url", sandbox.url)
	frappe.db.set_single_value(SETTINGS, "graph_version", "v25.0")
	team()
	frappe.db.commit()
	return Setup(web.login("Administrator"), sandbox)


@pytest.fixture
def setup(bare: Setup, sandbox: Sandbox) -> Setup:
	"""A site with a Meta app for signing up, and no account."""
	write_settings(sandbox)
	row = frappe.get_all(SECRET, {"parent": SETTINGS}, pluck="name")[0]
	frappe.db.set_value(SECRET, row, "app_id", sandbox.config.app_id)
	frappe.db.set_single_value(SETTINGS, "meta_app_id", sandbox.config.app_id)
	frappe.db.set_single_value(SETTINGS, "signup_config_id", sandbox.config.config_id)
	frappe.db.commit()
	return bare


@pytest.fixture
def second(setup: Setup, web: Any) -> Iterator[Setup]:
	"""Another session of an administrator."""
	client = web.login("Administrator")
	yield Setup(client, setup.sandbox)
	client.close()


def spoil_secret(value: str = "0" * 32) -> None:
	"""The settings have a wrong secret for the app."""
	row = frappe.get_all(SECRET, {"parent": SETTINGS}, pluck="name")[0]
	set_encrypted_password(SECRET, row, value, "secret")
	frappe.db.commit()


def row(name: str) -> Any:
	"""A sign-up as it is now."""
	frappe.db.commit()
	return frappe.db.get_value(SIGNUP, name, "*", as_dict=True)


def account(name: str = WABA) -> Any:
	"""An account as it is now."""
	frappe.db.commit()
	return frappe.db.get_value(ACCOUNT, name, "*", as_dict=True)


def assert_linked(name: str, waba_id: str = WABA) -> None:
	found = row(name)
	assert (found.state, found.account, found.problem) == ("Linked", waba_id, None)
	assert token_of(SIGNUP, name) is None
	assert not found.access_token
	assert token_of(ACCOUNT, waba_id)
	assert account(waba_id).subscription == "Confirmed"
	assert account(waba_id).linked_by == "Embedded Signup"


def lose_access(name: str = WABA) -> None:
	access.stop_sending(name, "Meta refused the token.", code=190)
	frappe.db.commit()


def at_once(*works: Callable[[], Any]) -> list[Any]:
	"""Does several things at the same moment; returns their results, raises the first error."""
	barrier, results, errors = threading.Barrier(len(works)), [], []

	def run(work: Callable[[], Any]) -> None:
		barrier.wait()
		try:
			results.append(work())
		except Exception as error:
			errors.append(error)

	threads = [threading.Thread(target=run, args=(work,)) for work in works]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	if errors:
		raise errors[0]
	return results
