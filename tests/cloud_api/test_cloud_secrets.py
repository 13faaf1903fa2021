"""A token, PIN, code or verify token shows in no text: not in errors, reprs, tracebacks, local variables or logs."""

import logging
import traceback
from collections.abc import Callable
from io import BytesIO
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from whatsapp_channel.cloud_api.client import CloudAPI, Recipient
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.cloud_api.outgoing import text
from whatsapp_channel.cloud_api.secret_masking import mask

TOKEN = "EAAsecret/token+with=signs"
PIN, CODE, VERIFY = "918273", "564738", "verify-me-please"
SECRETS = (TOKEN, PIN, CODE, VERIFY)

CALLS = {
	"send": lambda a: a.send("1", Recipient("1650"), text("Hi"), reference="r"),
	"mark read": lambda a: a.mark_read("1", "wamid.1"),
	"account": lambda a: a.account("1"),
	"numbers": lambda a: a.numbers("1"),
	"register": lambda a: a.register("1", SecretStr(PIN)),
	"verify code": lambda a: a.verify_code("1", SecretStr(CODE)),
	"subscribe": lambda a: a.subscribe_app(
		"1", callback_url="https://d.test", verify_token=SecretStr(VERIFY)
	),
	"upload": lambda a: a.upload_media("1", b"x", "image/png", "a.png"),
	"download": lambda a: a.download_media("https://lookaside.fbsbx.com/a", BytesIO(), max_bytes=10_000),
	"delete media": lambda a: a.delete_media("1"),
}


def raising(kind: type[Exception]) -> Callable[[httpx.Request], httpx.Response]:
	def handle(request: httpx.Request) -> httpx.Response:
		raise kind(f"failed with {request.headers['authorization']} and {request.read()!r}")

	return handle


def echoing(status: int, wrap: Callable[[str], object]) -> Callable[[httpx.Request], httpx.Response]:
	def handle(request: httpx.Request) -> httpx.Response:
		heard = f"{TOKEN} {quote(TOKEN, safe='')} {request.read().decode('latin-1')}"
		return httpx.Response(status, json=wrap(heard))

	return handle


FAILURES = {
	"no connection": raising(httpx.ConnectError),
	"time-out": raising(httpx.ReadTimeout),
	"lost connection": raising(httpx.RemoteProtocolError),
	"bad header": raising(httpx.LocalProtocolError),
	"error that repeats the request": echoing(
		400,
		lambda heard: {
			"error": {
				"message": f"Malformed access token {heard}",
				"code": 190,
				"error_data": {"details": heard},
				"fbtrace_id": heard,
			}
		},
	),
	"localised error": echoing(
		400,
		lambda heard: {
			"error": {"message": "x", "code": 136025, "error_user_title": heard, "error_user_msg": heard}
		},
	),
	"page": lambda request: httpx.Response(502, html=f"<p>{TOKEN}</p>"),
	"odd answer": echoing(200, lambda heard: [heard]),
	"no success": echoing(200, lambda heard: {"success": False, "heard": heard}),
}


def failure_of(call: Callable[[CloudAPI], object], client: CloudAPI) -> CloudAPIError | None:
	try:
		call(client)
	except CloudAPIError as error:
		return error
	return None


def frames_of_the_client(error: BaseException) -> list[str]:
	"""Every frame of the client with its local variables, as error logs show them."""
	found = traceback.TracebackException.from_exception(error, capture_locals=True)
	frames = [frame for frame in found.stack if "whatsapp_channel/cloud_api" in frame.filename]
	assert frames
	return [f"{frame.name} {frame.locals}" for frame in frames]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_text_of_a_failure_has_a_secret(
	call: Callable[[CloudAPI], object],
	failure: Callable[[httpx.Request], httpx.Response],
	caplog: pytest.LogCaptureFixture,
):
	caplog.set_level(logging.DEBUG)
	client = CloudAPI(TOKEN, transport=httpx.MockTransport(failure))
	error = failure_of(call, client)
	if error:
		assert error.__cause__ is None
		assert error.__context__ is None
		texts = [
			str(error),
			repr(error),
			error.meta_text,
			str(error.for_agent),
			str(error.sentence),
			repr(vars(error)),
		]
		texts += traceback.format_exception(error)
		texts += frames_of_the_client(error)
		assert_harmless(texts)
	else:
		# A file may hold anything.
		assert call is CALLS["download"]
	assert_harmless(
		[repr(client), str(client), caplog.text, *(repr(record.__dict__) for record in caplog.records)]
	)


def assert_harmless(texts: list[str]) -> None:
	for each in texts:
		for secret in SECRETS:
			assert secret not in each
			assert quote(secret, safe="") not in each


@pytest.mark.parametrize(
	("call", "secret"),
	[
		(lambda a: a.register("1", PIN), PIN),
		(lambda a: a.verify_code("1", CODE), CODE),
		(lambda a: a.subscribe_app("1", callback_url="https://d.test", verify_token=VERIFY), VERIFY),
	],
	ids=["pin", "code", "verify token"],
)
def test_secret_given_as_plain_text_is_masked_in_what_meta_repeats(
	call: Callable[[CloudAPI], None], secret: str
):
	failure = FAILURES["error that repeats the request"]
	with pytest.raises(CloudAPIError) as caught:
		call(CloudAPI(TOKEN, transport=httpx.MockTransport(failure)))
	assert "***" in str(caught.value)
	assert secret not in str(caught.value) + repr(caught.value) + "".join(
		traceback.format_exception(caught.value)
	)


def test_secrets_reach_meta_as_they_are():
	bodies: list[bytes] = []

	def handle(request: httpx.Request) -> httpx.Response:
		assert request.headers["authorization"] == f"Bearer {TOKEN}"
		bodies.append(request.read())
		return httpx.Response(200, json={"success": True})

	client = CloudAPI(SecretStr(TOKEN), transport=httpx.MockTransport(handle))
	client.register("1", SecretStr(PIN))
	client.verify_code("1", CODE)
	assert PIN.encode() in bodies[0]
	assert CODE.encode() in bodies[1]


@pytest.mark.parametrize(
	("text", "masked"),
	[
		(f"token {TOKEN}!", "token ***!"),
		(f"token {quote(TOKEN, safe='')}!", "token ***!"),
		("nothing", "nothing"),
		("", ""),
	],
	ids=["plain", "encoded", "none", "empty"],
)
def test_mask(text: str, masked: str):
	assert mask(text, [TOKEN, ""]) == masked
