"""A number over the Graph API: added, verified, registered, named, pictured."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.credentials import GIVEN, TOKEN
from tests.files import PDF, PNG
from tests.sandbox.test_graph import error
from whatsapp_channel.sandbox import Config, Sandbox
from whatsapp_channel.sandbox.state.model import Number

CONFIG = Config(**GIVEN)
WABA, NUMBER, APP = CONFIG.waba_id, CONFIG.phone_number_id, CONFIG.app_id
PIN = {"messaging_product": "whatsapp", "pin": "123456"}


@pytest.fixture
def fresh(graph: httpx.Client, sandbox: Sandbox) -> Number:
	"""A number that was added over the API and is neither verified nor registered."""
	body = {"cc": "1", "phone_number": "4155550177", "verified_name": "Lucky Shrub"}
	return sandbox.number(graph.post(f"/{WABA}/phone_numbers", data=body).json()["id"])


# -- numbers -------------------------------------------------------------------------------------------------------


def test_number_from_nothing_to_sending(graph: httpx.Client, sandbox: Sandbox, fresh: Number) -> None:
	fields = {"fields": "code_verification_status,status,name_status,verified_name,display_phone_number"}
	node = graph.get(f"/{fresh.id}", params=fields).json()
	assert node == {
		"code_verification_status": "NOT_VERIFIED",
		"status": "PENDING",
		"name_status": "PENDING_REVIEW",
		"verified_name": "Lucky Shrub",
		"display_phone_number": "+1 415-555-0177",
		"id": fresh.id,
	}
	assert error(graph.post(f"/{fresh.id}/register", json=PIN)) == (400, 133006, None)
	graph.post(f"/{fresh.id}/request_code", json={"code_method": "SMS", "language": "en_US"})
	code = sandbox.phone_texts[-1].code
	assert graph.post(f"/{fresh.id}/verify_code", json={"code": code}).json() == {"success": True}
	assert graph.post(f"/{fresh.id}/register", json=PIN).json() == {"success": True}
	assert fresh.connected
	assert error(graph.post(f"/{fresh.id}/register", json={**PIN, "pin": "654321"})) == (400, 133005, None)


WRITTEN = {
	"national with country code": ("1", "4155550177"),
	"with the code again": ("1", "14155550177"),
	"international": ("", "+1 415-555-0177"),
}


@pytest.mark.parametrize(("cc", "number"), WRITTEN.values(), ids=WRITTEN.keys())
def test_number_is_read(graph: httpx.Client, sandbox: Sandbox, cc: str, number: str) -> None:
	body = {"cc": cc, "phone_number": number, "verified_name": "Lucky"}
	made = graph.post(f"/{WABA}/phone_numbers", json=body).json()["id"]
	assert sandbox.number(made).digits == "14155550177"


UNUSABLE: dict[str, tuple[str, str, tuple[int, int, int | None], str]] = {
	"in the list": (CONFIG.number, "", (400, 100, 2388012), "already exists"),
	"in an app": ("+14155550177", "in_use_app", (400, 100, 2388001), "3 minutes"),
	"elsewhere": ("+14155550177", "in_use_elsewhere", (400, 100, 2388103), "another business"),
	"blocked": ("+14155550177", "blocked", (400, 100, None), "blocked"),
	"too many": ("+14155550177", "limit", (400, 100, None), "maximum"),
	"no number": ("+12", "", (400, 100, None), ""),
}


@pytest.mark.parametrize(("number", "fault", "expected", "words"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_number_cannot_be_added(
	graph: httpx.Client, sandbox: Sandbox, number: str, fault: str,
	expected: tuple[int, int, int | None], words: str,
) -> None:  # fmt: skip
	sandbox.number_faults = {number.removeprefix("+"): fault} if fault else {}
	body = {"phone_number": number, "verified_name": "Lucky"}
	answer = graph.post(f"/{WABA}/phone_numbers", json=body)
	assert error(answer) == expected
	assert words in answer.json()["error"].get("error_user_msg", "")
	assert len(sandbox.numbers) == 1


NAMES = {"1 character": "L", "76 characters": "L" * 76, "WhatsApp": "WhatsApp Shop", "only signs": "!!!"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
@pytest.mark.parametrize("path", [f"/{WABA}/phone_numbers", f"/{NUMBER}"], ids=["new number", "new name"])
def test_display_name_is_refused(graph: httpx.Client, path: str, name: str) -> None:
	body = {"phone_number": "+14155550177", "verified_name": name, "new_display_name": name}
	assert error(graph.post(path, json=body)) == (400, 100, None)


def request(graph: httpx.Client, number: Number, method: str = "SMS") -> httpx.Response:
	return graph.post(f"/{number.id}/request_code", json={"code_method": method, "language": "en_US"})


def verify(graph: httpx.Client, number: Number, code: str | None) -> httpx.Response:
	return graph.post(f"/{number.id}/verify_code", json={"code": code})


AGES = {"9:59": (599.0, None), "10:01": (601.0, (400, 136025, 2388094))}


@pytest.mark.parametrize(("seconds", "expected"), AGES.values(), ids=AGES.keys())
def test_code_lives_ten_minutes(
	graph: httpx.Client, sandbox: Sandbox, fresh: Number, seconds: float, expected: Any
) -> None:
	request(graph, fresh)
	sandbox.advance(seconds)
	answer = verify(graph, fresh, fresh.code)
	assert (None if answer.status_code == 200 else error(answer)) == expected


def test_newer_code_replaces_the_older(graph: httpx.Client, sandbox: Sandbox, fresh: Number) -> None:
	request(graph, fresh)
	request(graph, fresh, "VOICE")
	older, newer = (one.code for one in sandbox.phone_texts)
	assert error(verify(graph, fresh, older)) == (400, 136025, 2388093)
	assert verify(graph, fresh, newer).status_code == 200


def test_too_many_wrong_codes_lock_for_12_hours(graph: httpx.Client, sandbox: Sandbox, fresh: Number) -> None:
	request(graph, fresh)
	code = fresh.code
	assert {error(verify(graph, fresh, "000000")) for _ in range(5)} == {(400, 136025, 2388093)}
	answer = verify(graph, fresh, code)
	assert (error(answer), "12 hours" in answer.text) == ((400, 136024, 2388091), True)
	assert error(request(graph, fresh)) == (400, 136024, 2388091)
	sandbox.advance(12 * 3600)
	assert request(graph, fresh).status_code == 200
	assert verify(graph, fresh, fresh.code).status_code == 200


def test_too_many_requests_wait(graph: httpx.Client, sandbox: Sandbox, fresh: Number) -> None:
	assert [request(graph, fresh).status_code for _ in range(6)] == [200] * 5 + [400]
	sandbox.advance(12 * 3600)
	assert request(graph, fresh).status_code == 200


LANDLINE = {"text message": ("SMS", 400), "call": ("VOICE", 200)}


@pytest.mark.parametrize(("method", "status"), LANDLINE.values(), ids=LANDLINE.keys())
def test_landline_takes_calls_only(graph: httpx.Client, sandbox: Sandbox, method: str, status: int) -> None:
	sandbox.number_faults["14155550177"] = "landline"
	body = {"phone_number": "+14155550177", "verified_name": "Lucky"}
	number = sandbox.number(graph.post(f"/{WABA}/phone_numbers", json=body).json()["id"])
	assert request(graph, number, method).status_code == status


PINS = {
	"5 digits": "12345",
	"7 digits": "1234567",
	"letters": "12345a",
	"full-width": "１２３４５６",
	"none": None,
}


@pytest.mark.parametrize("pin", PINS.values(), ids=PINS.keys())
@pytest.mark.parametrize("path", [f"/{NUMBER}/register", f"/{NUMBER}"], ids=["register", "change"])
def test_pin_must_have_six_digits(graph: httpx.Client, path: str, pin: str | None) -> None:
	assert error(graph.post(path, json={**PIN, "pin": pin})) == (400, 100, None)


def test_ten_registrations_in_72_hours(graph: httpx.Client, sandbox: Sandbox) -> None:
	edges = ["register", "deregister"] * 5
	assert {graph.post(f"/{NUMBER}/{edge}", json=PIN).status_code for edge in edges} == {200}
	assert error(graph.post(f"/{NUMBER}/register", json=PIN)) == (400, 133016, None)
	sandbox.advance(timedelta(hours=71).total_seconds())
	assert error(graph.post(f"/{NUMBER}/register", json=PIN)) == (400, 133016, None)
	sandbox.advance(timedelta(hours=1).total_seconds())
	assert graph.post(f"/{NUMBER}/register", json=PIN).status_code == 200


def test_state_shows_codes(control: httpx.Client, graph: httpx.Client, fresh: Number) -> None:
	request(graph, fresh)
	(code,) = control.get("/state").json()["codes"]
	assert (code["phone_number_id"], code["code"], code["method"]) == (fresh.id, fresh.code, "SMS")


# -- profile picture -----------------------------------------------------------------------------------------------


def upload(graph: httpx.Client, data: bytes, kind: str = "image/png") -> str:
	"""The handle of a file that went up in two pieces."""
	query = {"file_length": str(len(data)), "file_type": kind, "file_name": "a"}
	session = graph.post(f"/v26.0/{APP}/uploads", params=query).json()["id"]
	headers = {"Authorization": f"OAuth {TOKEN}", "Content-Type": kind}
	half = len(data) // 2
	first = graph.post(f"/v26.0/{session}", content=data[:half], headers={**headers, "file_offset": "0"})
	assert first.json()["file_offset"] == half
	rest = {**headers, "file_offset": str(half)}
	return graph.post(f"/v26.0/{session}", content=data[half:], headers=rest).json()["h"]


def test_picture_goes_up_and_shows(graph: httpx.Client) -> None:
	edge = f"/{NUMBER}/whatsapp_business_profile"
	body = {"messaging_product": "whatsapp", "profile_picture_handle": upload(graph, PNG)}
	assert graph.post(edge, json=body).json() == {"success": True}
	url = graph.get(edge, params={"fields": "profile_picture_url"}).json()["data"][0]["profile_picture_url"]
	assert (httpx.get(url).content, httpx.get(url).headers["Content-Type"]) == (PNG, "image/png")


def test_picture_must_be_one(graph: httpx.Client) -> None:
	for handle in ("4::unknown", upload(graph, PDF, "application/pdf")):
		body = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
		assert error(graph.post(f"/{NUMBER}/whatsapp_business_profile", json=body)) == (400, 100, None)


SESSIONS: dict[str, dict[str, str]] = {
	"no length": {"file_type": "image/png"},
	"length 0": {"file_type": "image/png", "file_length": "0"},
	"gif": {"file_type": "image/gif", "file_length": "9"},
}


@pytest.mark.parametrize("query", SESSIONS.values(), ids=SESSIONS.keys())
def test_upload_is_refused(graph: httpx.Client, query: dict[str, str]) -> None:
	assert error(graph.post(f"/{APP}/uploads", params=query)) == (400, 100, None)


OFFSETS = {"wrong offset": ("1", b"1234"), "no offset": ("", b"1234"), "too long": ("0", b"12345")}


@pytest.mark.parametrize(("offset", "data"), OFFSETS.values(), ids=OFFSETS.keys())
def test_bytes_are_refused(graph: httpx.Client, offset: str, data: bytes) -> None:
	query = {"file_length": "4", "file_type": "image/png"}
	session = graph.post(f"/{APP}/uploads", params=query).json()["id"]
	headers = {"file_offset": offset} if offset else {}
	assert error(graph.post(f"/{session}", content=data, headers=headers)) == (400, 100, None)
