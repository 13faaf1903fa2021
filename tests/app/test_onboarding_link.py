"""An account linked by hand, after everything was tried at Meta, and its webhooks (Z3, Z27)."""

from datetime import timedelta
from typing import Any

import frappe
import pytest

from tests.app.conftest import SETTINGS
from tests.app.desk import DEADLINE, Desk
from tests.app.onboarding import (
	ACCOUNT,
	WABA,
	Refused,
	Setup,
	account,
	accounts,
	at_once,
	bare,
	second,
	secrets,
	setup,
	step,
	token_of,
)
from whatsapp_channel import settings
from whatsapp_channel.clock import site_now
from whatsapp_channel.health import account_checks as health
from whatsapp_channel.health.deadline import Deadline
from whatsapp_channel.health.result import State
from whatsapp_channel.onboarding import subscription
from whatsapp_channel.sandbox import Sandbox

__all__ = ["bare", "second", "setup"]


# By hand


def test_by_hand_from_nothing(bare: Setup):
	assert not bare.call("state")["receiving"]["verify_token_set"]
	state = bare.link()
	assert step(state)["state"] == "done"
	assert state["account"]["business_id"] == bare.sandbox.config.business_id
	assert state["receiving"] == {
		"callback_url": settings.callback_url(),
		"verify_token_set": True,
		"secret_set": True,
		"https": False,
	}
	assert secrets() == [(bare.sandbox.config.app_id, bare.sandbox.config.app_secret)]
	assert account().linked_by == "Manual"
	assert token_of(ACCOUNT, WABA) == bare.sandbox.config.token


def test_by_hand_twice_and_at_once(bare: Setup, web: Any):
	other = Setup(web.login("Administrator"), bare.sandbox)
	at_once(bare.link, other.link, bare.link)
	bare.link()
	assert accounts() == [WABA]
	assert secrets() == [(bare.sandbox.config.app_id, bare.sandbox.config.app_secret)]
	assert account().subscription == "Confirmed"


def test_a_secret_that_is_there_without_its_app_gets_it(desk: Desk, setup: Setup):
	frappe.db.set_value("WhatsApp App Secret", {"parent": SETTINGS}, "app_id", "")
	frappe.db.commit()
	setup.link()
	assert secrets() == [(setup.sandbox.config.app_id, setup.sandbox.config.app_secret)]


def test_by_hand_without_secret_when_the_settings_have_it(setup: Setup):
	assert step(setup.link(app_secret=""))["state"] == "done"


def test_by_hand_without_any_secret(bare: Setup):
	shown = step(bare.link(app_secret=""))
	assert shown["state"] == "current"
	assert "secret" in shown["reason"]
	assert step(bare.link())["state"] == "done"


@pytest.mark.parametrize(
	("given", "words"),
	[
		({"access_token": "EAAunknown"}, "does not accept the access token"),
		({"access_token": ""}, "Access Token"),
		({"access_token": "EAA with spaces"}, "Access Token"),
		({"waba_id": "my account"}, "digits"),
		({"waba_id": "２００"}, "digits"),
		({"waba_id": "299999999999999"}, "not for the WhatsApp Business Account 299999999999999"),
		({"app_secret": "0" * 32}, "not that of the Meta app 400000000000001"),
		({"app_secret": "with spaces in it"}, "not that of the Meta app"),
	],
	ids=[
		"unknown token",
		"empty token",
		"token with spaces",
		"no id",
		"full-width id",
		"another account",
		"another secret",
		"impossible secret",
	],
)
def test_by_hand_what_is_wrong_is_named_and_nothing_stored(bare: Setup, given: dict[str, str], words: str):
	with pytest.raises(Refused) as caught:
		bare.link(**given)
	assert caught.value.status == 417
	assert words in caught.value.text
	assert accounts() == []
	assert secrets() == []


@pytest.mark.parametrize(
	("scope", "words"),
	[
		("whatsapp_business_management", "not for the WhatsApp Business Account"),
		("whatsapp_business_messaging", "send messages"),
	],
	ids=["management", "messaging"],
)
def test_missing_permissions_are_found_by_what_they_do(bare: Setup, scope: str, words: str):
	bare.sandbox.signup.missing_scopes = (scope,)
	with pytest.raises(Refused) as caught:
		bare.link()
	assert words in caught.value.text
	assert accounts() == []


def test_an_expired_token(bare: Setup):
	grant = bare.sandbox.oauth.grant(days=1)
	bare.sandbox.advance(2 * 86400)
	with pytest.raises(Refused, match="expired"):
		bare.link(access_token=grant.token)


def test_when_the_token_ends_is_kept(bare: Setup):
	grant = bare.sandbox.oauth.grant(days=60)
	state = bare.link(access_token=grant.token)
	assert state["account"]["token_expires_on"]
	assert abs(account().token_expires_on - site_now() - timedelta(days=60)) < timedelta(minutes=5)
	assert account().token_app_id == bare.sandbox.config.app_id
	assert "whatsapp_business_messaging" in account().token_scopes


def test_no_connection_changes_nothing(bare: Setup):
	frappe.db.set_single_value(SETTINGS, "api_base_url", "http://127.0.0.1:9")
	frappe.db.commit()
	with pytest.raises(Refused, match="could not connect"):
		bare.link()
	assert accounts() == []
	assert secrets() == []


def test_a_token_typed_into_the_form_forgets_what_was_known_of_the_old_one(setup: Setup):
	setup.link(access_token=setup.sandbox.oauth.grant(days=1).token)
	form = frappe.get_doc(ACCOUNT, WABA)
	form.access_token = setup.sandbox.config.token
	form.save()
	assert (account().token_expires_on, account().token_app_id) == (None, None)


# Webhooks


def test_subscribed_first_then_the_address(bare: Setup):
	bare.sandbox.account().subscribed = False
	bare.link()
	ordered = [
		call.body
		for call in bare.sandbox.requests
		if call.path.endswith("/subscribed_apps") and call.method == "POST"
	]
	assert ordered[0] == {}
	assert ordered[-1]["override_callback_uri"] == settings.callback_url()
	assert bare.calls()[-1] == "GET subscribed_apps"


def test_subscribing_again_never_takes_the_address_away(bare: Setup):
	bare.link()
	bare.sandbox.requests.clear()
	bare.call("subscribe", account=WABA)
	ordered = [
		call.body
		for call in bare.sandbox.requests
		if call.path.endswith("/subscribed_apps") and call.method == "POST"
	]
	assert [bool(body) for body in ordered] == [True]


def test_an_app_without_address_gets_one(bare: Setup, sandbox: Sandbox):
	sandbox.configure_callback("", verify=False)
	sandbox.callback.url = None
	bare.link()
	assert sandbox.callback.url == settings.callback_url()
	assert {"messages", "account_update", "phone_number_name_update"} <= set(sandbox.app_fields)


def test_an_address_that_meta_cannot_reach(bare: Setup, monkeypatch: pytest.MonkeyPatch):
	with monkeypatch.context() as patched:
		patched.setattr(settings, "callback_url", lambda: "http://127.0.0.1:9/hook")
		shown = step(bare.link())
		assert shown["state"] == "current"
		assert "http://127.0.0.1:9/hook" in shown["reason"]
		assert "certificate" in shown["reason"]
		with pytest.raises(Refused, match="verify token"):
			bare.call("subscribe", account=WABA)
	assert accounts() == [WABA]
	assert step(bare.call("state"))["reason"]
	assert step(bare.call("subscribe", account=WABA))["state"] == "done"


def test_http_is_refused_by_meta_itself(bare: Setup, monkeypatch: pytest.MonkeyPatch):
	bare.link()
	monkeypatch.setattr(settings, "is_sandbox", lambda: False)
	with pytest.raises(Refused, match="HTTPS"):
		bare.call("subscribe", account=WABA)


def test_a_lost_subscription_is_seen(bare: Setup):
	bare.link()
	bare.sandbox.account().override = None
	state = bare.call("refresh", account=WABA)
	assert state["account"]["subscription"] == "Lost"
	assert step(state)["state"] == "current"
	assert step(bare.call("subscribe", account=WABA))["state"] == "done"


def test_the_channel_says_that_its_subscription_is_lost(desk: Desk, setup: Setup):
	setup.link()
	assert frappe.db.get_value("WhatsApp Channel", desk.channel, "status") != "Needs Attention"
	setup.sandbox.account().override = None
	setup.call("refresh", account=WABA)
	frappe.db.commit()
	assert frappe.db.get_value("WhatsApp Channel", desk.channel, "status") == "Needs Attention"
	setup.call("subscribe", account=WABA)
	frappe.db.commit()
	assert frappe.db.get_value("WhatsApp Channel", desk.channel, "status") != "Needs Attention"


def test_another_apps_subscription_does_not_count(bare: Setup):
	bare.link()
	frappe.db.set_value(ACCOUNT, WABA, "token_app_id", "1")
	frappe.db.commit()
	assert not subscription.check(WABA)


@pytest.mark.parametrize("ordered_by", ["127.0.0.1", "localhost"])
def test_a_site_with_two_names_keeps_the_address_that_was_ordered(
	bare: Setup, monkeypatch: pytest.MonkeyPatch, ordered_by: str
):
	bare.link()
	here = settings.callback_url()

	def asked_by(host: str) -> None:
		monkeypatch.setattr(settings, "callback_url", lambda: here.replace("127.0.0.1", host))

	asked_by(ordered_by)
	bare.call("subscribe", account=WABA)
	ordered = settings.callback_url()
	for host in ("127.0.0.1", "localhost"):
		asked_by(host)
		shown = bare.call("refresh", account=WABA)["account"]
		assert (shown["subscription"], shown["callback_url"]) == ("Confirmed", ordered)
		assert health.subscription(Deadline(DEADLINE)).state is State.OK


def test_an_address_elsewhere_is_no_name_of_this_site(bare: Setup):
	bare.link()
	bare.sandbox.account().override.url = "https://elsewhere.example/hook"
	assert bare.call("refresh", account=WABA)["account"]["subscription"] == "Lost"


# A form of the settings that was opened before


@pytest.mark.parametrize(
	("given", "is_outdated"),
	[({"app_id": "77", "secret": "another"}, True), ({"app_id": "77"}, True), ({}, False)],
	ids=["new secret", "other app", "known already"],
)
def test_a_form_opened_before_a_secret_was_added(setup: Setup, given: dict[str, str], is_outdated: bool):
	config = setup.sandbox.config
	form = frappe.get_doc(SETTINGS)
	frappe.db.commit()
	settings.add_secret(**{"app_id": config.app_id, "secret": config.app_secret, **given})
	known = secrets()
	if is_outdated:
		with pytest.raises(frappe.TimestampMismatchError):
			form.save()
		frappe.db.rollback()
	else:
		form.save()
	assert secrets() == known


# The address of the API


@pytest.mark.parametrize(
	("address", "allowed", "refused"),
	[
		("http://127.0.0.1:9999", 0, True),
		("http://127.0.0.1:9999", 1, False),
		("ftp://127.0.0.1", 1, True),
		("https://graph.facebook.com/", 0, False),
	],
	ids=["another one", "another one that the server's owner allows", "another protocol", "Meta's own"],
)
def test_where_tokens_are_sent(
	bare: Setup, monkeypatch: pytest.MonkeyPatch, address: str, allowed: int, refused: bool
):
	monkeypatch.setitem(frappe.conf, "whatsapp_channel_allow_custom_api", allowed)
	form = frappe.get_doc(SETTINGS)
	form.api_base_url = address
	if refused:
		with pytest.raises(frappe.ValidationError, match="API Base URL"):
			form.save()
	else:
		form.save()


def test_other_settings_can_be_saved_with_a_sandbox(bare: Setup):
	form = frappe.get_doc(SETTINGS)
	form.trial_policy = "Off"
	form.save()
	assert frappe.db.get_single_value(SETTINGS, "api_base_url") == bare.sandbox.url
	assert (form.graph_version, form.credit_policy) == ("v25.0", "Record Only")
