"""The sandbox answers recorded requests as Meta did: status, keys and types (ids aside), and escaping."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.credentials import GIVEN, TOKEN
from whatsapp_channel.sandbox import MediaFile, Message, Running, Sandbox, serve
from whatsapp_channel.sandbox.state.templates import Template

FOLDER = Path(__file__).parent.parent / "payloads" / "ruby_whatsapp_sdk"
ACCOUNT, NUMBER, OTHER_NUMBER, CUSTOMER = (
	"114503234599312",
	"107878721936019",
	"562412910296094",
	"15550100910",
)
RECORDINGS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
# Edges that the sandbox does not have.
ABSENT = {name for name in RECORDINGS if name.startswith("templates__template_analytics")}
# Where the account of the recording differs from any that the sandbox can be given.
LEFT_OUT = {
	"medias__download_media_success_response": "a URL of Meta's own with an expiry in 2024; see test_graph",
	"templates__get_templates": "recorded before templates showed parameter_format; see the next test",
	"templates__get_templates_when_empty_response_is_returned": "recorded on an account without templates",
}
COMPARED = {name: one for name, one in RECORDINGS.items() if name not in ABSENT and name not in LEFT_OUT}
UPLOAD = {"messaging_product": "whatsapp", "type": "image/png"}


@pytest.fixture(scope="module")
def running() -> Any:
	own = {"waba_id": ACCOUNT, "phone_number_id": NUMBER, "number": "+15550934873", "name": "Test Number"}
	sandbox = Sandbox(**own, **GIVEN)
	with serve(sandbox) as server:
		yield server


@pytest.fixture
def recorded(running: Running) -> Running:
	"""A sandbox with the objects of the recorded account."""
	sandbox = running.sandbox
	sandbox.reset()
	sandbox.settings.update({"unknown_recipient": "accept"})
	sandbox.numbers[NUMBER].fields.update(
		{"account_mode": "SANDBOX", "code_verification_status": "NOT_VERIFIED"}
	)
	sandbox.numbers[NUMBER].profile.update(
		about="A", address="B", description="C", email="a@example.com", websites=["https://example.com/"]
	)
	sandbox.add_number(OTHER_NUMBER, "+15550934874", "Another")
	for recording in RECORDINGS.values():
		_add_objects(sandbox, recording["request"])
	return running


def _add_objects(sandbox: Sandbox, request: dict[str, Any]) -> None:
	"""Files, messages and templates that a recorded request names."""
	body = request["body"] if isinstance(request["body"], dict) else {}
	for kind in ("audio", "document", "image", "sticker", "video"):
		if "id" in body.get(kind, {}):
			sandbox.add_media(MediaFile(body[kind]["id"], b"file", "image/png"))
	direct = re.fullmatch(r"/(?:v\d+\.\d+/)?(\d+)", urlsplit(request["uri"]).path)
	if direct and direct[1] in ("1761991787669262", "396305933546205", "1953032278471180"):
		sandbox.add_media(MediaFile(direct[1], b"file", "image/png"))
	if str(body.get("message_id", "")).startswith("wamid."):
		outgoing = sandbox.customers.get(CUSTOMER) is None and "typing_indicator" not in body
		customer = sandbox.customer("15550107300", "Someone")
		message = Message(body["message_id"], outgoing, customer.wa_id, NUMBER, sandbox.clock(), "text", {})
		sandbox.record(message)
	for template_id in ("1297883712183052", "1713674996085293", "1075472707447727"):
		if sandbox.templates.find(template_id) is None:
			parts = [{"type": "BODY", "text": "Order {{1}}", "example": {"body_text": [["1"]]}}]
			sandbox.templates.all.append(
				Template("seasonal_promotion", "nl", "MARKETING", parts, id=template_id)
			)
	if sandbox.templates.category("sample_shipping_confirmation") == "UTILITY":
		sandbox.templates.add("sample_shipping_confirmation", "In {{1}}.", category="MARKETING")


def _ask(url: str, request: dict[str, Any]) -> httpx.Response:
	parts = urlsplit(request["uri"])
	target = f"{url}{parts.path}?{parts.query}"
	options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {TOKEN}"}}
	if isinstance(request["body"], dict):
		options["json"] = request["body"]
	elif request["body"] == "<binary>":
		options |= {"data": UPLOAD, "files": {"file": ("a.png", b"\x89PNG", "image/png")}}
	elif request["body"]:
		options["content"] = request["body"]
		options["headers"]["Content-Type"] = request["content_type"]
	return httpx.request(request["method"], target, **options)


def shape(value: Any) -> Any:
	"""Keys and types, values aside; a list by its first element."""
	if isinstance(value, dict):
		return {name: shape(item) for name, item in value.items()}
	if isinstance(value, list):
		return [shape(item) for item in value[:1]]
	return type(value).__name__


@pytest.mark.parametrize("name", COMPARED, ids=str)
def test_answer_has_the_recorded_status_keys_and_types(recorded: Running, name: str) -> None:
	request, response = COMPARED[name]["request"], COMPARED[name]["response"]
	if name == "business_profile__details_accepts_fields":
		recorded.sandbox.numbers[NUMBER].profile = {"vertical": "UNDEFINED"}
	answer = _ask(recorded.url, request)
	assert answer.status_code == response["status"], answer.text
	assert shape(answer.json()) == shape(response["body"])
	assert list(answer.json()) == list(response["body"])
	assert answer.headers["Content-Type"] == response["headers"]["Content-Type"]


FAILED = {name: one for name, one in COMPARED.items() if one["response"]["status"] >= 400}


@pytest.mark.parametrize("name", FAILED, ids=str)
def test_error_says_what_meta_said(recorded: Running, name: str) -> None:
	answer = _ask(recorded.url, FAILED[name]["request"])
	expected = dict(FAILED[name]["response"]["body"]["error"])
	assert {**answer.json()["error"], "fbtrace_id": ""} == {**expected, "fbtrace_id": ""}
	assert answer.headers["Www-Authenticate"].startswith('OAuth "Facebook Platform" "invalid_request"')


def test_listed_templates_have_the_recorded_keys(recorded: Running) -> None:
	recording = RECORDINGS["templates__get_templates"]
	answer = _ask(recorded.url, recording["request"]).json()
	row = shape(answer["data"][0])
	assert row.pop("parameter_format") == "str"
	assert row == shape(recording["response"]["body"]["data"][0])


def test_number_lists_every_recorded_field(recorded: Running) -> None:
	recording = RECORDINGS["phone_numbers__registered_number_with_success_response"]["response"]["body"]
	node = recorded.sandbox.numbers[NUMBER].node()
	assert {name: type(node[name]) for name in recording} == {
		name: type(value) for name, value in recording.items()
	}


def test_text_is_escaped_as_recorded(recorded: Running) -> None:
	recording = RECORDINGS["business_profile__details_queries_all_fields_by_default"]
	profile = recording["response"]["body"]["data"][0]
	recorded.sandbox.numbers[NUMBER].profile = {
		name: profile[name] for name in profile if name != "messaging_product"
	}
	answer = _ask(recorded.url, recording["request"])
	assert answer.text == recording["response"]["raw_body"]
