"""What a sandbox left behind on a site: its published secrets count for nothing, its address ends with the permission."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest
from frappe.utils.password import set_encrypted_password

from tests.app.desk import WEBHOOK, Desk
from tests.app.health_world import examine
from tests.app.onboarding import Refused, Setup, bare, setup  # noqa: F401 (fixtures)
from tests.credentials import APP_SECRET
from whatsapp_channel import settings
from whatsapp_channel.cloud_api.errors import MediaRefused
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.health.registry import BY_KEY
from whatsapp_channel.health.result import State
from whatsapp_channel.onboarding import progress

SETTINGS, SECRET, ACCOUNT = "WhatsApp Channel Settings", "WhatsApp App Secret", "WhatsApp Business Account"
# As every sandbox had them once.
OLD_SECRET, OLD_VERIFY_TOKEN, OLD_TOKEN = "sandbox-app-secret", "sandbox-verify-token", "sandbox-token"
BODY = b'{"object":"whatsapp_business_account","entry":[]}'
HANDSHAKE = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
FOREIGN = "https://graph.example.com"


# -- sites -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def left_over(desk: Desk) -> Desk:
	"""Beside Meta's secret there is an old sandbox's; its verify token and access token are in use."""
	settings.add_secret("400000000000002", "to-be-replaced")
	(row,) = frappe.get_all(SECRET, {"app_id": "400000000000002"}, pluck="name")
	set_encrypted_password(SECRET, row, OLD_SECRET, "secret")
	set_encrypted_password(SETTINGS, SETTINGS, OLD_VERIFY_TOKEN, "verify_token")
	set_encrypted_password(ACCOUNT, desk.account, OLD_TOKEN, "access_token")
	frappe.db.commit()
	return desk


def move(base_url: str | None) -> None:
	frappe.db.set_single_value(SETTINGS, "api_base_url", base_url)
	frappe.db.commit()


@pytest.fixture
def host_again(host: Any) -> Iterator[Any]:
	"""The host, on which the sandbox may play Meta again afterwards."""
	yield host
	host.allow_sandbox(True)


def stay(_host: Any) -> None:
	"""The sandbox on this computer plays Meta, as the server's owner allows."""


def go_to_meta(_host: Any) -> None:
	move(settings.META_API)


def withdraw(host: Any) -> None:
	host.allow_sandbox(False)


def go_elsewhere(_host: Any) -> None:
	move(FOREIGN)


def name_like_loopback(_host: Any) -> None:
	move("http://127.0.0.1.example.com:8090")


REAL: dict[str, Callable[[Any], None]] = {
	"Meta": go_to_meta,
	"permission withdrawn": withdraw,
	"another server's address": go_elsewhere,
	"a name like this computer's": name_like_loopback,
}
real_sites = pytest.mark.parametrize("become", REAL.values(), ids=REAL.keys())


# -- ignored at use --------------------------------------------------------------------------------------------------


@real_sites
def test_nobody_gets_in_with_a_published_secret(left_over: Desk, host_again: Any, become: Any) -> None:
	become(host_again)
	assert left_over.post(BODY, secret=OLD_SECRET).status_code == 401
	assert frappe.get_all("WhatsApp Delivery") == []
	assert left_over.post(BODY, secret=APP_SECRET).status_code == 200


@real_sites
def test_a_published_verify_token_is_none(left_over: Desk, host_again: Any, become: Any) -> None:
	become(host_again)
	asked = {**HANDSHAKE, "hub.verify_token": OLD_VERIFY_TOKEN}
	assert left_over.web.get(WEBHOOK, params=asked).status_code == 403
	assert settings.verify_token() is None
	made = settings.ensure_verify_token()
	assert made != OLD_VERIFY_TOKEN
	assert left_over.web.get(WEBHOOK, params={**HANDSHAKE, "hub.verify_token": made}).text == "1158201444"


@real_sites
def test_a_published_token_is_sent_nowhere(left_over: Desk, host_again: Any, become: Any) -> None:
	become(host_again)
	with pytest.raises(frappe.ValidationError, match="has no access token"):
		settings.cloud_api(left_over.account)


@real_sites
def test_no_app_acts_with_a_published_secret(left_over: Desk, host_again: Any, become: Any) -> None:
	become(host_again)
	assert settings.secrets_of("400000000000002") == []


def test_a_sandbox_of_before_the_update_still_works(left_over: Desk) -> None:
	assert left_over.post(BODY, secret=OLD_SECRET).status_code == 200
	asked = {**HANDSHAKE, "hub.verify_token": OLD_VERIFY_TOKEN}
	assert left_over.web.get(WEBHOOK, params=asked).status_code == 200
	assert settings.cloud_api(left_over.account)


# -- refused on entry ------------------------------------------------------------------------------------------------


def enter_secret(value: str) -> None:
	form = frappe.get_doc(SETTINGS)
	form.append("app_secrets", {"label": "Old", "secret": value})
	form.save()


def enter_verify_token(value: str) -> None:
	form = frappe.get_doc(SETTINGS)
	form.verify_token = value
	form.save()


def enter_token(value: str) -> None:
	(name,) = frappe.get_all(ACCOUNT, pluck="name")
	form = frappe.get_doc(ACCOUNT, name)
	form.access_token = value
	form.save()


def add_secret(value: str) -> None:
	settings.add_secret("400000000000002", value)


ENTRIES = {
	"app secret": (enter_secret, OLD_SECRET),
	"app secret with a line end": (enter_secret, f"{OLD_SECRET}\n"),
	"app secret of the set-up": (add_secret, OLD_SECRET),
	"verify token": (enter_verify_token, OLD_VERIFY_TOKEN),
	"verify token as app secret": (enter_secret, OLD_VERIFY_TOKEN),
	"access token": (enter_token, f" {OLD_TOKEN}"),
}
entries = pytest.mark.parametrize(("enter", "value"), ENTRIES.values(), ids=ENTRIES.keys())


@real_sites
@entries
def test_a_published_value_is_refused(
	desk: Desk, host_again: Any, become: Any, enter: Callable[[str], None], value: str
) -> None:
	become(host_again)
	with pytest.raises(frappe.ValidationError, match="published value of a sandbox"):
		enter(value)


@entries
def test_a_sandbox_on_this_computer_may_have_it(desk: Desk, enter: Callable[[str], None], value: str) -> None:
	enter(value)


def test_the_address_that_is_entered_with_it_counts(desk: Desk) -> None:
	"""Who turns to Meta in the same form has Meta's secret to enter."""
	form = frappe.get_doc(SETTINGS)
	form.update({"api_base_url": settings.META_API, "verify_token": OLD_VERIFY_TOKEN})
	with pytest.raises(frappe.ValidationError, match="published value of a sandbox"):
		form.save()


def test_a_form_with_a_stored_one_can_still_be_saved(left_over: Desk) -> None:
	go_to_meta(None)
	form = frappe.get_doc(SETTINGS)
	form.trial_policy = "Off"
	form.save()
	assert frappe.db.get_single_value(SETTINGS, "trial_policy") == "Off"


def test_the_set_up_refuses_a_token_before_it_asks_anybody(setup: Setup) -> None:  # noqa: F811
	go_elsewhere(None)
	with pytest.raises(Refused, match="published value of a sandbox"):
		setup.link(access_token=OLD_TOKEN)


# -- the address ends with the permission ----------------------------------------------------------------------------


def test_withdrawing_the_permission_ends_the_address_at_once(desk: Desk, host_again: Any) -> None:
	assert settings.api()[0] == desk.sandbox.url
	withdraw(host_again)
	assert settings.api()[0] == settings.META_API
	assert settings.cloud_api(desk.account).base_url == settings.META_API
	assert settings.client("EAAtoken").base_url == settings.META_API
	assert settings.app_api("400000000000001", "secret").base_url == settings.META_API
	assert not settings.is_sandbox()
	assert frappe.db.get_single_value(SETTINGS, "api_base_url") == desk.sandbox.url


def test_a_copy_of_the_configuration_that_is_older_does_not_count(
	desk: Desk, host_again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
	"""Web processes of Frappe 16 have one for a minute."""
	withdraw(host_again)
	monkeypatch.setitem(frappe.conf, settings.CUSTOM_API, 1)
	assert settings.api()[0] == settings.META_API


@pytest.mark.parametrize("value", [0, "0", None, ""], ids=repr)
def test_what_is_no_permission(desk: Desk, monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
	monkeypatch.setitem(frappe.conf, settings.CUSTOM_API, value)
	assert settings.api()[0] == settings.META_API


def test_files_of_the_former_address_are_not_fetched(desk: Desk, host_again: Any) -> None:
	content = desk.sandbox.customer("5511912345678", "Maria").file_message("image", b"x", "image/png")[
		"image"
	]
	link = settings.cloud_api(desk.account).media(content["id"]).url
	before = CircuitBreaker.of(desk.account)
	withdraw(host_again)
	asked = len(desk.sandbox.requests)
	with pytest.raises(MediaRefused):
		settings.cloud_api(desk.account).download_media(link, io.BytesIO(), max_bytes=100)
	assert len(desk.sandbox.requests) == asked
	assert CircuitBreaker.of(desk.account) is not before


def test_the_set_up_loads_no_script_from_the_former_address(setup: Setup, host_again: Any) -> None:  # noqa: F811
	before = progress.state()["signup"]
	assert before["sdk_url"].startswith(setup.sandbox.url)
	withdraw(host_again)
	after = progress.state()["signup"]
	assert after["sdk_url"].startswith("https://connect.facebook.net/")
	assert setup.sandbox.url not in str(after)


# -- the doctor ------------------------------------------------------------------------------------------------------


def told(key: str) -> tuple[State, str]:
	found = examine([BY_KEY[key]])[key]
	assert found.state is State.OK or len(found.fix) > 15
	return found.state, found.reason


@real_sites
def test_the_doctor_tells_of_left_over_secrets(left_over: Desk, host_again: Any, become: Any) -> None:
	become(host_again)
	state, reason = told("app_secret")
	assert (state, "It is ignored" in reason) == (State.WARNING, True)
	for key in ("verify_token", "token"):
		state, reason = told(key)
		assert (state, "It is ignored" in reason) == (State.PROBLEM, True)
	frappe.db.delete(SECRET, {"app_id": ["!=", "400000000000002"]})
	frappe.db.commit()
	state, reason = told("app_secret")
	assert (state, "every delivery is refused" in reason) == (State.PROBLEM, True)


def test_the_doctor_tells_of_a_sandbox_of_before_the_update(left_over: Desk) -> None:
	state, reason = told("app_secret")
	assert (state, "everybody knows" in reason) == (State.WARNING, True)


@pytest.mark.parametrize(
	("become", "state", "words"),
	[
		(stay, State.WARNING, "which is not Meta"),
		(go_elsewhere, State.WARNING, f"go to {FOREIGN}, which is not Meta"),
		(withdraw, State.WARNING, "is ignored"),
		(go_to_meta, State.WARNING, "to any server"),
		(lambda host: (withdraw(host), go_to_meta(host)), State.OK, "to Meta alone"),
		(lambda host: (withdraw(host), move(None)), State.OK, "to Meta alone"),
	],
	ids=["sandbox", "foreign", "withdrawn", "allowed but unused", "Meta alone", "nothing entered"],
)
def test_the_doctor_tells_where_tokens_go(
	desk: Desk, host_again: Any, become: Any, state: State, words: str
) -> None:
	become(host_again)
	found, reason = told("api_address")
	assert found == state
	assert words in reason
