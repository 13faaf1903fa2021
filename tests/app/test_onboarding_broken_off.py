"""A sign-up that broke off goes on, an account that lost its access is reconnected, and what forbids signing up (Z3, Z21)."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.app.conftest import SETTINGS
from tests.app.desk import Desk
from tests.app.onboarding import (
	ACCOUNT,
	OTHER,
	SIGNUP,
	WABA,
	Refused,
	Setup,
	account,
	accounts,
	assert_linked,
	bare,
	finished,
	lose_access,
	row,
	second,
	setup,
	step,
	token_of,
)
from whatsapp_channel import settings
from whatsapp_channel.onboarding import link, signup, signup_rows

__all__ = ["bare", "second", "setup"]


class Killed(BaseException):
	"""The process ends here."""


# Killed in the middle


def test_killed_between_exchange_and_link(setup: Setup, monkeypatch: pytest.MonkeyPatch):
	name, code = setup.begin(), setup.code()
	with monkeypatch.context() as patched:
		patched.setattr(link, "store", _die)
		with pytest.raises(Killed):
			signup.take_code(name, code)
		frappe.db.rollback()
	assert row(name).state == "Code Exchanged"
	pending = setup.call("state")["signup"]["pending"]
	assert pending["name"] == name
	assert setup.call("continue_signup", signup=name)["signup"]["state"] == "Linked"
	assert_linked(name)
	assert setup.call("state")["signup"]["pending"] is None


def test_killed_between_link_and_the_end(setup: Setup, monkeypatch: pytest.MonkeyPatch):
	name = setup.begin()
	with monkeypatch.context() as patched:
		patched.setattr(signup_rows, "finish", _die)
		with pytest.raises(Killed):
			signup.take_code(name, setup.code())
		frappe.db.rollback()
	assert accounts() == [WABA]
	assert setup.call("continue_signup", signup=name)["signup"]["state"] == "Linked"
	assert_linked(name)


def test_killed_before_the_token_is_stored(setup: Setup, monkeypatch: pytest.MonkeyPatch):
	name, code = setup.begin(), setup.code()
	with monkeypatch.context() as patched:
		patched.setattr(signup_rows, "keep_token", _die)
		with pytest.raises(Killed):
			signup.take_code(name, code)
		frappe.db.rollback()
	assert "used already" in setup.send_code(name, code)["signup"]["explanation"]
	assert setup.send_code(name, setup.code())["signup"]["state"] == "Linked"
	assert_linked(name)


def test_meta_gone_between_exchange_and_link_can_be_continued(setup: Setup):
	name = setup.begin()
	config = setup.sandbox.config
	app = settings.app_api(config.app_id, config.app_secret)
	signup_rows.keep_token(name, app.exchange_code(setup.code()).access_token)
	setup.sandbox.faults.add("proxy_error", match="any")
	answer = setup.send_event(name)
	assert answer["signup"]["state"] == "Failed"
	assert token_of(SIGNUP, name)
	assert setup.call("continue_signup", signup=name)["signup"]["state"] == "Linked"


def _die(*_args: Any, **_more: Any) -> None:
	raise Killed


# Reconnecting


def test_a_reconnected_account_goes_on(setup: Setup):
	setup.link()
	lose_access()
	state = setup.call("state", account=WABA)
	assert state["account"]["needs_reconnect"]
	assert step(state)["state"] == "current"
	old = token_of(ACCOUNT, WABA)
	name = setup.begin(account=WABA)
	answer = setup.send_code(name, setup.code())
	assert step(answer)["state"] == "done"
	assert account().attention_reason is None
	assert token_of(ACCOUNT, WABA) not in (None, old)
	assert_linked(name)


def test_a_reconnection_without_event_takes_its_own_account(setup: Setup):
	setup.sandbox.add_account(OTHER, "Other")
	setup.link()
	name = setup.begin(account=WABA)
	assert setup.send_code(name, setup.code(OTHER, WABA))["signup"]["state"] == "Linked"
	assert_linked(name)


def test_a_reconnection_with_another_account_is_refused(setup: Setup):
	setup.sandbox.add_account(OTHER, "Other")
	setup.link()
	lose_access()
	old = token_of(ACCOUNT, WABA)
	name = setup.begin(account=WABA)
	setup.send_event(name, finished(OTHER))
	answer = setup.send_code(name, setup.code(OTHER))
	assert answer["signup"]["state"] == "Failed"
	assert OTHER in answer["signup"]["explanation"]
	assert WABA in answer["signup"]["explanation"]
	assert accounts() == [WABA]
	assert token_of(ACCOUNT, WABA) == old
	assert account().attention_reason
	assert token_of(SIGNUP, name) is None


def test_an_account_that_is_there_is_reconnected_by_the_ordinary_way(setup: Setup):
	setup.link()
	frappe.db.set_value(ACCOUNT, WABA, "account_name", "As we call it")
	lose_access()
	setup.send_code(setup.begin(), setup.code())
	assert account().attention_reason is None
	assert account().account_name == "As we call it"


def test_waiting_replies_go_out_after_reconnecting(desk: Desk, setup: Setup):
	desk.writes("Hello")
	lose_access(desk.account)
	desk.reply(desk.ticket(), "<p>Later</p>")
	desk.settle()
	assert desk.on_phone() == []
	setup.link()
	desk.settle()
	assert desk.on_phone() == ["Later"]


def test_reconnecting_an_account_that_is_not_there(setup: Setup):
	with pytest.raises(Refused, match="not there"):
		setup.begin(account="299")


# When nobody can sign up


def _no_app(monkeypatch: pytest.MonkeyPatch) -> None:
	frappe.db.set_single_value(SETTINGS, "meta_app_id", "")


def _no_config(monkeypatch: pytest.MonkeyPatch) -> None:
	frappe.db.set_single_value(SETTINGS, "signup_config_id", "")


def _no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
	frappe.db.set_single_value(SETTINGS, "meta_app_id", "12345")


def _no_https(monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(settings, "is_sandbox", lambda: False)


@pytest.mark.parametrize(
	("spoil", "words"),
	[(_no_app, "Meta App ID"), (_no_config, "Configuration"), (_no_secret, "12345"), (_no_https, "HTTPS")],
	ids=["no app", "no configuration", "no secret of this app", "no HTTPS"],
)
def test_why_nobody_can_sign_up(
	setup: Setup,
	monkeypatch: pytest.MonkeyPatch,
	spoil: Callable[[pytest.MonkeyPatch], None],
	words: str,
):
	assert setup.call("state")["signup"]["available"]
	spoil(monkeypatch)
	frappe.db.commit()
	shown = setup.call("state")["signup"]
	assert not shown["available"]
	assert words in shown["reason"]
	with pytest.raises(Refused, match=words):
		setup.begin()


def test_what_the_page_needs_for_metas_window(setup: Setup):
	shown = setup.call("state")["signup"]
	assert shown["sdk_url"] == f"{setup.sandbox.url}/en_US/sdk.js"
	assert shown["origins"] == [setup.sandbox.url]
	assert shown["version"] == "v25.0"
	assert (shown["app_id"], shown["config_id"]) == (
		setup.sandbox.config.app_id,
		setup.sandbox.config.config_id,
	)
