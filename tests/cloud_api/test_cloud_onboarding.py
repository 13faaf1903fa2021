"""The calls of onboarding: codes, tokens, webhook addresses, names, pictures; against the sandbox over HTTP where it
plays that part of Meta, else against answers as documented."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator

import httpx
import pytest
from pydantic import SecretStr

from whatsapp_channel.cloud_api.answers import TokenInfo, token_info
from whatsapp_channel.cloud_api.app_client import AppAPI
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown
from whatsapp_channel.sandbox import Sandbox, serve

from .fakes import TOKEN, Handler, answering, api, body_of

SECRET, CODE, BUSINESS_TOKEN = "5ecret0f/the+app=", "AQDcode/with+signs=", "EAAbusiness0987654321"
SECRETS = (SECRET, CODE, BUSINESS_TOKEN)


def app(handler: Handler, **more: str) -> AppAPI:
	return AppAPI("900", SECRET, transport=httpx.MockTransport(handler), **more)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
	with Sandbox() as sandbox, serve(sandbox) as server:
		sandbox.url = server.url
		yield sandbox


@pytest.fixture
def sandbox_app(sandbox: Sandbox) -> AppAPI:
	return AppAPI(sandbox.config.app_id, sandbox.config.app_secret, base_url=sandbox.url)


@pytest.fixture
def sandbox_api(sandbox: Sandbox) -> CloudAPI:
	return CloudAPI(sandbox.config.token, base_url=sandbox.url)


# Codes


def test_request_and_answer_of_a_code():
	handler, seen = answering({"access_token": BUSINESS_TOKEN, "token_type": "bearer", "expires_in": 5183944})
	token = app(handler).exchange_code(CODE)
	assert seen[0].method == "GET"
	assert seen[0].url.path == "/v25.0/oauth/access_token"
	assert dict(seen[0].url.params) == {"client_id": "900", "client_secret": SECRET, "code": CODE}
	assert "authorization" not in seen[0].headers
	assert (token.access_token.get_secret_value(), token.expires_in) == (BUSINESS_TOKEN, 5183944)


@pytest.mark.parametrize(
	"answer",
	[{}, {"access_token": None}, {"access_token": ""}, {"access_token": ["x"]}],
	ids=["none", "null", "empty", "list"],
)
def test_an_answer_without_token(answer: dict):
	with pytest.raises(OutcomeUnknown):
		app(answering(answer)[0]).exchange_code(CODE)


@pytest.mark.parametrize("subcode", [36007, 36009], ids=["expired", "used"])
def test_a_refused_code(subcode: int):
	error = {"message": "no", "type": "OAuthException", "code": 100, "error_subcode": subcode}
	with pytest.raises(CloudAPIError) as caught:
		app(answering({"error": error}, status=400)[0]).exchange_code(CODE)
	assert (caught.value.code, caught.value.subcode) == (100, subcode)


@pytest.mark.parametrize(
	("app_id", "secret"),
	[("", "x"), ("12a", "x"), ("１２", "x"), ("12", ""), ("12", "a b"), ("12", "é"), ("1/2", "x")],
	ids=["no id", "letter", "full-width", "no secret", "space", "accent", "slash"],
)
def test_impossible_apps(app_id: str, secret: str):
	with pytest.raises(ValueError) as caught:
		AppAPI(app_id, secret)
	assert not secret.strip() or secret == "x" or secret not in str(caught.value)


# Tokens


@pytest.mark.parametrize(
	("data", "expected"),
	[
		(
			{
				"app_id": "900",
				"is_valid": True,
				"expires_at": 0,
				"scopes": ["whatsapp_business_management"],
				"granular_scopes": [{"scope": "whatsapp_business_management", "target_ids": ["2", "1"]}],
			},
			("900", True, None, ("2", "1")),
		),
		({"app_id": 900, "is_valid": True, "expires_at": 1790380800}, ("900", True, 1790380800, ())),
		(
			{
				"is_valid": True,
				"granular_scopes": [
					{"scope": "whatsapp_business_messaging", "target_ids": ["3", 1]},
					{"scope": "whatsapp_business_management", "target_ids": ["1"]},
					{"scope": "business_management", "target_ids": ["77"]},
					{"scope": "whatsapp_business_management"} if False else {"target_ids": ["9"]},
					"odd",
				],
			},
			(None, True, None, ("1", "3")),
		),
		({"is_valid": False, "error": {"code": 190, "message": "expired"}}, (None, False, None, ())),
		({"is_valid": "true", "granular_scopes": {"a": 1}, "scopes": "x"}, (None, False, None, ())),
	],
	ids=["never ends", "ends", "accounts of two scopes, management first", "not valid", "odd values"],
)
def test_what_meta_says_of_a_token(data: dict, expected: tuple):
	info = token_info({"data": data})
	assert (info.app_id, info.is_valid, info.expires_at, info.accounts) == expected


def test_an_empty_answer_is_no_valid_token():
	assert token_info({}) == TokenInfo()


def test_inspecting_with_the_apps_token():
	handler, seen = answering({"data": {"is_valid": True, "app_id": "900"}})
	assert app(handler).inspect(BUSINESS_TOKEN).is_valid
	assert seen[0].headers["authorization"] == f"Bearer 900|{SECRET}"
	assert dict(seen[0].url.params) == {"input_token": BUSINESS_TOKEN}


def test_inspecting_itself():
	handler, seen = answering({"data": {"is_valid": True, "app_id": "900"}})
	assert api(handler).inspect_self().app_id == "900"
	assert dict(seen[0].url.params) == {"input_token": TOKEN}
	assert seen[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_the_sandbox_knows_its_own_token(sandbox: Sandbox, sandbox_app: AppAPI, sandbox_api: CloudAPI):
	for info in (sandbox_app.inspect(sandbox.config.token), sandbox_api.inspect_self()):
		assert info.is_valid
		assert info.app_id == sandbox.config.app_id
		assert sandbox.config.waba_id in info.accounts


def test_the_sandbox_refuses_a_wrong_secret(sandbox: Sandbox):
	wrong = AppAPI(sandbox.config.app_id, "0" * 32, base_url=sandbox.url)
	with pytest.raises(CloudAPIError):
		wrong.inspect(sandbox.config.token)
	with pytest.raises(CloudAPIError):
		wrong.exchange_code("x")


def test_a_foreign_token_is_not_valid(sandbox_app: AppAPI):
	info = sandbox_app.inspect("EAAforeign")
	assert not info.is_valid
	assert info.error_code == 190


def test_the_sandbox_refuses_a_code_that_nobody_got(sandbox_app: AppAPI):
	with pytest.raises(CloudAPIError) as caught:
		sandbox_app.exchange_code("AQDnobodys")
	assert caught.value.code == 100


# The app's own webhook


def test_an_app_without_address(sandbox_app: AppAPI):
	assert sandbox_app.webhook() is None


def test_an_app_with_an_address():
	row = {
		"object": "whatsapp_business_account",
		"callback_url": "https://a.test/hook",
		"active": True,
		"fields": [{"name": "messages", "version": "v25.0"}, {"version": "v25.0"}, "odd"],
	}
	found = app(answering({"data": [{"object": "page"}, row]})[0]).webhook()
	assert found is not None
	assert (found.callback_url, found.active, found.fields) == ("https://a.test/hook", True, ("messages",))


def test_setting_the_apps_address():
	handler, seen = answering({"success": True})
	app(handler).set_webhook("https://a.test/hook", "verify-me", ("messages", "security"))
	assert seen[0].url.path == "/v25.0/900/subscriptions"
	assert body_of(seen[0]) == {
		"object": "whatsapp_business_account",
		"callback_url": "https://a.test/hook",
		"verify_token": "verify-me",
		"fields": "messages,security",
		"include_values": True,
	}


# Names, PINs, accounts, pictures


def test_changing_the_name():
	handler, seen = answering({"success": True})
	api(handler).change_name("106", "Lucky Shrub")
	assert (seen[0].method, seen[0].url.path) == ("POST", "/v25.0/106")
	assert body_of(seen[0]) == {"new_display_name": "Lucky Shrub"}


def test_changing_the_pin():
	handler, seen = answering({"success": True})
	api(handler).change_pin("106", "150954")
	assert body_of(seen[0]) == {"pin": "150954"}


@pytest.mark.parametrize("edge", ["owned", "client"])
def test_accounts_of_a_portfolio(edge: str):
	handler, seen = answering({"data": [{"id": "1", "name": "A"}, {"name": "no id"}, {"id": "2"}]})
	found = getattr(api(handler), f"{edge}_accounts")("77")
	assert [(account.id, account.name) for account in found] == [("1", "A"), ("2", None)]
	assert seen[0].url.path == f"/v25.0/77/{edge}_whatsapp_business_accounts"


def test_uploading_a_picture():
	handler, seen = answering({"id": "upload:MTphd==?sig=ARZ-q_1"}, {"h": "4::aW"})
	assert api(handler).upload_picture("900", b"\x89PNG", "image/png") == "4::aW"
	session, upload = seen
	assert session.url.path == "/v25.0/900/uploads"
	assert dict(session.url.params) == {"file_length": "4", "file_type": "image/png"}
	assert str(upload.url).endswith("/v25.0/upload:MTphd==?sig=ARZ-q_1")
	assert upload.headers["authorization"] == f"OAuth {TOKEN}"
	assert upload.headers["file_offset"] == "0"
	assert upload.read() == b"\x89PNG"


@pytest.mark.parametrize(
	"answers",
	[
		({"id": "../900/subscriptions"}, {"h": "x"}),
		({"id": "upload:A/../B"}, {"h": "x"}),
		({"id": "upload:A"}, {}),
	],
	ids=["another path", "another path inside", "no handle"],
)
def test_an_odd_upload(answers: tuple):
	with pytest.raises(OutcomeUnknown):
		api(answering(*answers)[0]).upload_picture("900", b"x", "image/png")


# Secrets

CALLS: dict[str, Callable[[AppAPI], object]] = {
	"exchange": lambda client: client.exchange_code(SecretStr(CODE)),
	"inspect": lambda client: client.inspect(SecretStr(BUSINESS_TOKEN)),
	"webhook": lambda client: client.webhook(),
	"set webhook": lambda client: client.set_webhook(
		"https://a.test", SecretStr(BUSINESS_TOKEN), ("messages",)
	),
}


def _echo(request: httpx.Request) -> httpx.Response:
	heard = f"{request.url} {request.headers.get('authorization')} {request.read().decode()} {SECRET}"
	error = {"message": heard, "code": 100, "error_user_msg": heard, "fbtrace_id": heard}
	return httpx.Response(400, json={"error": error})


def _break(request: httpx.Request) -> httpx.Response:
	raise httpx.ConnectError(f"no way to {request.url}")


@pytest.mark.parametrize("handler", [_echo, _break], ids=["Meta repeats everything", "no connection"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_secret_in_errors_traces_and_logs(
	call: Callable[[AppAPI], object], handler: Handler, caplog: pytest.LogCaptureFixture
):
	caplog.set_level(logging.DEBUG)
	with pytest.raises(CloudAPIError) as caught:
		call(app(handler))
	dump = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
	told = "".join(
		(*dump.format(), repr(caught.value), caught.value.meta_text, caplog.text, repr(app(handler)))
	)
	assert not [secret for secret in _forms() if secret in told]


def _forms() -> list[str]:
	return [form for secret in SECRETS for form in (secret, str(httpx.QueryParams({"a": secret}))[2:])]


def test_the_log_of_a_good_call_has_no_query(caplog: pytest.LogCaptureFixture):
	caplog.set_level(logging.DEBUG)
	app(answering({"access_token": BUSINESS_TOKEN})[0]).exchange_code(CODE)
	assert "oauth/access_token" in caplog.text
	assert not [secret for secret in _forms() if secret in caplog.text]


def test_a_token_is_hidden_in_its_answer():
	token = app(answering({"access_token": BUSINESS_TOKEN})[0]).exchange_code(CODE)
	assert BUSINESS_TOKEN not in repr(token) + str(token) + json.dumps(token.model_dump(), default=str)


def test_no_connection_is_not_sent():
	with pytest.raises(NotSent):
		app(_break).webhook()
