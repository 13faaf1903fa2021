"""No token, app secret, code or PIN leaves the server: not in answers, logs, Error Log, versions, comments or columns."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frappe
import httpx
import pytest

from tests.app.conftest import SETTINGS
from tests.app.desk import TEAM
from tests.app.onboarding import ACCOUNT, API, SIGNUP, Setup, bare, cancelled, finished, setup, spoil_secret
from whatsapp_channel import settings
from whatsapp_channel.onboarding import link, number, signup_rows
from whatsapp_channel.sandbox import Sandbox

__all__ = ["bare", "setup"]
PIN = "918273"
NEW_NUMBER = "+16505551234"
LOGGED = ("Error Log", "Comment", "Version", "Communication", "Activity Log", "Scheduled Job Log")


class Listener:
	"""Everything that left the server, and everything that it wrote down."""

	def __init__(self, setup: Setup, log: pytest.LogCaptureFixture) -> None:
		self.setup, self.log, self.answers = setup, log, []

	def call(self, method: str, /, **arguments: Any) -> Any:
		"""Calls a method and keeps its whole answer, refused or not."""
		response = self.setup.client.post(API + method, json=arguments)
		self.answers.append(f"{method}: {response.text} {response.headers}")
		return response.json().get("message")

	def get(self, doctype: str, name: str) -> None:
		"""Opens a form."""
		arguments = {"doctype": doctype, "name": name}
		response = self.setup.client.get("/api/method/frappe.client.get", params=arguments)
		assert response.status_code == 200
		self.answers.append(f"{doctype}: {response.text}")

	def heard(self) -> Iterator[tuple[str, str]]:
		"""Where, and what."""
		yield from (("answer", answer) for answer in self.answers)
		yield "log", self.log.text
		yield from _files()
		yield from _rows()


def _files() -> Iterator[tuple[str, str]]:
	"""The site's log files."""
	folder = Path(frappe.get_site_path("logs"))
	yield from ((path.name, path.read_text(errors="replace")) for path in folder.glob("*.log*"))


def _rows() -> Iterator[tuple[str, str]]:
	"""Every row of the app and of Frappe's own records."""
	frappe.db.commit()
	for doctype in frappe.get_all("DocType", {"module": "WhatsApp Channel"}, ["name", "issingle"]):
		if doctype.issingle:
			yield (
				doctype.name,
				str(frappe.db.sql("select * from tabSingles where doctype = %s", doctype.name)),
			)
		else:
			yield doctype.name, str(frappe.db.sql(f"select * from `tab{doctype.name}`"))
	for name in LOGGED:
		if frappe.db.table_exists(name):
			yield name, str(frappe.db.sql(f"select * from `tab{name}`"))


@pytest.fixture
def listener(setup: Setup, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Listener:
	# Every line that any library would log.
	caplog.set_level(logging.DEBUG)
	heard: list[Any] = []
	original = frappe.publish_realtime
	monkeypatch.setattr(
		frappe,
		"publish_realtime",
		lambda *args, **more: (heard.append((args, more)), original(*args, **more)),
	)
	found = Listener(setup, caplog)
	found.answers.append(heard)
	return found


def assert_silent(listener: Listener, *more: str) -> None:
	config, oauth = listener.setup.sandbox.config, listener.setup.sandbox.oauth
	tokens = [token for token in listener.setup.sandbox.tokens if len(token) > 5]
	digits = [re.compile(rf"(?<![\d.]){code}(?!\d)") for code in (PIN, *_codes(listener.setup.sandbox))]
	words = {config.app_secret, config.verify_token, *tokens, *oauth.codes, *more}
	for place, text in listener.heard():
		said = str(text)
		assert not [word for word in words if word and word in said], place
		assert not [code.pattern for code in digits if code.search(said)], place


def _codes(sandbox: Sandbox) -> list[str]:
	return [text.code for text in sandbox.phone_texts]


def _sign_up(listener: Listener) -> None:
	"""A whole walk, with the wrong turns."""
	setup = listener.setup
	setup.sandbox.add_account("200000000000002", "Other")
	name = listener.call("begin_signup")["signup"]
	listener.call("signup_event", signup=name, event=cancelled(current_step="PERMISSIONS"))
	listener.call("signup_event", signup=name, event=cancelled(error_message="no", session_id="1"))
	code = setup.code("200000000000002", setup.sandbox.config.waba_id)
	listener.call("signup_code", signup=name, code="AQnobodys" + "0" * 40)
	listener.call("signup_code", signup=name, code=code)
	listener.get(SIGNUP, name)
	listener.call("signup_code", signup=name, code=code)
	listener.call("state")
	listener.call("choose_account", signup=name, waba_id="299")
	listener.call("choose_account", signup=name, waba_id=setup.sandbox.config.waba_id)
	listener.call("continue_signup", signup=name)
	listener.call("signup_event", signup=name, event=finished())
	listener.get(SIGNUP, name)


def _by_hand(listener: Listener) -> None:
	config = listener.setup.sandbox.config
	given = {"access_token": config.token, "waba_id": config.waba_id, "app_secret": config.app_secret}
	listener.call("link_manually", **{**given, "waba_id": "299"})
	listener.call("link_manually", **{**given, "app_secret": "a-wrong-app-secret"})
	listener.call("link_manually", **{**given, "access_token": "EAAnobodys-token"})
	listener.call("link_manually", **given)
	listener.call("subscribe", account=config.waba_id)
	listener.call("refresh", account=config.waba_id)


def _number(listener: Listener) -> str:
	setup = listener.setup
	waba_id = setup.sandbox.config.waba_id
	profile = {"display_name": "Lucky Shrub", "category": "RETAIL", "description": "Plants for everybody"}
	listener.call("save_profile", account=waba_id, **profile)
	listener.call("numbers", account=waba_id)
	listener.call("choose_number", account=waba_id, phone_number_id=setup.sandbox.config.phone_number_id)
	added = listener.call("add_number", account=waba_id, number=NEW_NUMBER)["number"]["name"]
	listener.call("request_code", number=added, method="SMS")
	listener.call("verify_code", number=added, code="12345")
	listener.call("verify_code", number=added, code=setup.sandbox.phone_texts[-1].code)
	listener.call("register", number=added, pin="12345")
	answer = listener.call("register", number=added, pin=PIN)
	assert answer["number"]["registered"]
	return added


def test_a_whole_setup_says_no_secret(listener: Listener):
	_sign_up(listener)
	_by_hand(listener)
	added = _number(listener)
	policies = {"trial_policy": "Off", "credit_policy": "Block"}
	state = listener.call("create_channel", number=added, channel_name="New", department=TEAM, **policies)
	assert state, listener.answers[-1]
	assert state["channel"]["name"] == "New"
	listener.call("set_policies", trial="Guide", credit="Record Only")
	listener.call("test_state", channel="New")
	listener.call("send_test", channel="New", message="?")
	listener.call("state")
	for doctype, name in ((ACCOUNT, "200000000000001"), ("WhatsApp Number", added), (SETTINGS, SETTINGS)):
		listener.get(doctype, name)
	assert_silent(listener, "a-wrong-app-secret", "EAAnobodys-token", "AQnobodys" + "0" * 40)


def test_saving_the_forms_leaves_no_secret_in_the_versions(listener: Listener):
	config = listener.setup.sandbox.config
	listener.setup.link()
	form = frappe.get_doc(ACCOUNT, config.waba_id)
	form.update({"access_token": "EAAthe-next-token", "account_name": "Renamed"})
	form.save()
	single = frappe.get_doc(SETTINGS)
	single.api_base_url = None
	single.verify_token = "the-next-verify-token"
	single.append("app_secrets", {"app_id": "77", "secret": "the-next-app-secret"})
	single.save()
	frappe.db.commit()
	for doctype, name in ((ACCOUNT, config.waba_id), (SETTINGS, SETTINGS)):
		listener.get(doctype, name)
	assert_silent(listener, "EAAthe-next-token", "the-next-verify-token", "the-next-app-secret")


def _boom(*_args: Any, **_more: Any) -> None:
	raise RuntimeError("boom")


UNFORESEEN: dict[str, tuple[Any, str, Callable[[Setup], dict[str, Any]]]] = {
	"link_manually": (
		link,
		"store",
		lambda setup: {
			"access_token": setup.sandbox.config.token,
			"waba_id": setup.sandbox.config.waba_id,
			"app_secret": setup.sandbox.config.app_secret,
		},
	),
	"signup_code": (signup_rows, "keep_token", lambda setup: {"signup": setup.begin(), "code": setup.code()}),
	"subscribe": (settings, "ensure_verify_token", lambda setup: {"account": setup.sandbox.config.waba_id}),
	"verify_code": (number, "verify_code", lambda setup: {"number": "310", "code": PIN}),
	"register": (number, "register", lambda setup: {"number": "310", "pin": PIN}),
}


@pytest.mark.parametrize("method", UNFORESEEN)
def test_what_nobody_foresaw_says_no_secret(listener: Listener, monkeypatch: pytest.MonkeyPatch, method: str):
	listener.setup.link()
	module, name, arguments = UNFORESEEN[method]
	given = arguments(listener.setup)
	monkeypatch.setattr(module, name, _boom)
	response = listener.setup.client.post(API + method, json=given)
	listener.answers.append(response.text)
	assert response.status_code == 417
	assert "nobody foresaw" in response.text
	frappe.db.commit()
	assert frappe.get_all("Error Log", {"method": ["like", "Set-up: RuntimeError%"]})
	assert_silent(listener)


def _broken_draft(setup: Setup) -> None:
	frappe.db.set_value(ACCOUNT, setup.sandbox.config.waba_id, "profile_draft", "{")


def _broken_candidates(setup: Setup) -> None:
	"""Of another sign-up, which waits for a choice."""
	setup.sandbox.add_account("200000000000002", "Other")
	name = setup.begin()
	setup.send_code(name, setup.code("200000000000002", setup.sandbox.config.waba_id))
	frappe.db.set_value(SIGNUP, name, "candidates", "[")


ANSWERING: dict[str, Callable[[Setup], dict[str, Any]]] = {
	"state": lambda _setup: {},
	"link_manually": UNFORESEEN["link_manually"][2],
	"signup_code": UNFORESEEN["signup_code"][2],
	"verify_code": lambda setup: {"number": setup.sandbox.config.phone_number_id, "code": PIN},
	"register": lambda setup: {"number": setup.sandbox.config.phone_number_id, "pin": PIN},
}


@pytest.mark.parametrize("spoil", [_broken_draft, _broken_candidates], ids=["draft", "candidates"])
@pytest.mark.parametrize("method", ANSWERING)
def test_an_answer_that_cannot_be_made_says_no_secret(
	listener: Listener, method: str, spoil: Callable[[Setup], None]
):
	setup = listener.setup
	setup.link()
	config = setup.sandbox.config
	setup.call("choose_number", account=config.waba_id, phone_number_id=config.phone_number_id)
	given = ANSWERING[method](setup)
	spoil(setup)
	frappe.db.commit()
	response = setup.client.post(API + method, json=given)
	listener.answers.append(response.text)
	assert response.status_code == 417
	assert "nobody foresaw" in response.text
	frappe.db.commit()
	assert frappe.get_all("Error Log", {"method": ["like", "Set-up: JSONDecodeError%"]})
	assert_silent(listener)


def _no_connection(setup: Setup) -> None:
	frappe.db.set_single_value(SETTINGS, "api_base_url", "http://127.0.0.1:9")


def _broken_answers(setup: Setup) -> None:
	setup.sandbox.faults.add("proxy_error", match="any", count=50)


def _refused(setup: Setup) -> None:
	setup.sandbox.faults.add("token_refused", match="any", count=50)


@pytest.mark.parametrize(
	"trouble",
	[_no_connection, _broken_answers, _refused, lambda _setup: spoil_secret()],
	ids=["no connection", "answers of a proxy", "every token refused", "wrong secret"],
)
def test_trouble_with_meta_says_no_secret(listener: Listener, trouble: Callable[[Setup], None]):
	name, code = listener.setup.begin(), listener.setup.code()
	trouble(listener.setup)
	frappe.db.commit()
	listener.call("signup_code", signup=name, code=code)
	listener.call("signup_event", signup=name, event=finished())
	listener.call("continue_signup", signup=name)
	_by_hand(listener)
	listener.call("state")
	assert_silent(listener)


def test_the_test_hears_what_is_said(listener: Listener):
	listener.answers.append(json.dumps({"token": listener.setup.sandbox.config.app_secret}))
	with pytest.raises(AssertionError):
		assert_silent(listener)


def test_a_deleted_signup_leaves_no_token(listener: Listener):
	listener.setup.sandbox.signup.omit_targets = True
	name = listener.call("begin_signup")["signup"]
	listener.call("signup_code", signup=name, code=listener.setup.code())
	assert frappe.db.exists("__Auth", {"doctype": SIGNUP, "name": name})
	frappe.delete_doc(SIGNUP, name)
	frappe.db.commit()
	assert not frappe.db.exists("__Auth", {"doctype": SIGNUP, "name": name})
	assert_silent(listener)


def test_httpx_is_heard_by_the_test(listener: Listener):
	listener.setup.link()
	assert "HTTP Request" in listener.log.text
	assert isinstance(listener.setup.client, httpx.Client)
