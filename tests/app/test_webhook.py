"""The webhook endpoint: what it answers, what it keeps, and what it never does."""

import hashlib
import json

import frappe
import pytest

from tests.app.desk import WEBHOOK, Desk, text_message
from tests.credentials import APP_SECRET, VERIFY_TOKEN
from whatsapp_channel.cloud_api import signature
from whatsapp_channel.inbound import delivery

HANDSHAKE = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}


def stored() -> list[str]:
	frappe.db.commit()
	return frappe.get_all("WhatsApp Delivery", pluck="name")


def test_handshake_answers_the_challenge_as_plain_text(desk: Desk) -> None:
	answer = desk.web.get(WEBHOOK, params={**HANDSHAKE, "hub.verify_token": desk.sandbox.config.verify_token})
	assert (answer.status_code, answer.text) == (200, "1158201444")
	assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
	"asked",
	[
		{**HANDSHAKE, "hub.verify_token": "wrong"},
		{**HANDSHAKE, "hub.verify_token": ""},
		HANDSHAKE,
		{"hub.mode": "unsubscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN},
		{},
	],
	ids=["wrong token", "empty token", "no token", "other mode", "nothing"],
)
def test_handshake_is_refused(desk: Desk, asked: dict) -> None:
	assert desk.web.get(WEBHOOK, params=asked).status_code == 403


def test_handshake_is_refused_while_no_token_is_set(desk: Desk) -> None:
	frappe.db.delete("__Auth", {"doctype": "WhatsApp Channel Settings", "fieldname": "verify_token"})
	frappe.db.commit()
	assert desk.web.get(WEBHOOK, params={**HANDSHAKE, "hub.verify_token": ""}).status_code == 403


BODY = b'{"object":"whatsapp_business_account","entry":[]}'
RIGHT = signature.sign(APP_SECRET, BODY)
UNSIGNED = {
	"missing": None,
	"empty": "",
	"other secret": signature.sign("other", BODY),
	"truncated": RIGHT[:-1],
	"longer": RIGHT + "0",
	"upper case": "sha256=" + RIGHT[7:].upper(),
	"no prefix": RIGHT[7:],
	"sha1 prefix": "sha1=" + RIGHT[7:],
	"of another body": signature.sign(APP_SECRET, BODY + b" "),
	"not ASCII": "sha256=" + "é" * 64,
}


@pytest.mark.parametrize("header", UNSIGNED.values(), ids=UNSIGNED.keys())
def test_without_a_valid_signature_nothing_is_stored(desk: Desk, header: str | None) -> None:
	headers = {"Content-Type": "application/json"}
	if header is not None:
		headers["X-Hub-Signature-256"] = header.encode("utf-8")
	answer = desk.web.post(WEBHOOK, content=BODY, headers=headers)
	assert answer.status_code == 401
	assert stored() == []


def test_refused_posts_are_counted_for_the_administrator(desk: Desk) -> None:
	before = frappe.db.get_single_value("WhatsApp Channel Settings", "refused_deliveries")
	for _ in range(3):
		desk.post(BODY, secret="wrong")
	delivery.record_refusals()
	settings = frappe.get_doc("WhatsApp Channel Settings")
	assert settings.refused_deliveries == before + 3
	assert settings.last_refusal == "Missing or wrong signature"
	assert settings.last_refused_at


def test_without_a_configured_secret_everything_is_refused(desk: Desk) -> None:
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.set("app_secrets", [])
	settings.flags.ignore_validate = True
	settings.save()
	frappe.db.commit()
	assert desk.post(BODY, secret=APP_SECRET).status_code == 401
	delivery.record_refusals()
	assert (
		frappe.db.get_single_value("WhatsApp Channel Settings", "last_refusal")
		== "No app secret is configured"
	)
	status = frappe.db.get_value(
		"WhatsApp Channel", desk.channel, ["status", "status_next_step"], as_dict=True
	)
	assert status.status == "Setup Incomplete"
	assert "secret" in status.status_next_step.lower()


def test_each_of_several_secrets_is_accepted(desk: Desk) -> None:
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.flags.ignore_validate = True
	settings.append("app_secrets", {"label": "Next", "secret": "second-secret"})
	settings.save()
	frappe.db.commit()
	assert desk.post(BODY, secret="second-secret").status_code == 200
	assert desk.post(BODY, secret=APP_SECRET).status_code == 200


@pytest.mark.parametrize(
	("size", "expected"),
	[(3 * 1024 * 1024, 200), (3 * 1024 * 1024 + 1, 413)],
	ids=["exactly 3 MB", "one byte more"],
)
def test_size_limit(desk: Desk, size: int, expected: int) -> None:
	body = BODY + b" " * (size - len(BODY))
	assert desk.post(body).status_code == expected
	assert len(stored()) == (1 if expected == 200 else 0)


def test_a_thousand_items_in_one_body(desk: Desk) -> None:
	statuses = [
		{"id": f"wamid.unknown.{index}", "status": "sent", "timestamp": "1790000000", "recipient_id": "1"}
		for index in range(999)
	]
	value = {"statuses": statuses, "messages": [text_message("beside them")]}
	assert desk.post(desk.envelope(value)).status_code == 200
	desk.settle()
	assert frappe.db.get_value("WhatsApp Delivery", stored()[0], "items") == 1000
	assert "beside them" in desk.conversation_of(desk.ticket())[0]


def test_the_row_is_named_by_the_hash_of_the_body(desk: Desk) -> None:
	desk.post(BODY)
	assert stored() == [hashlib.sha256(BODY).hexdigest()]
	assert frappe.db.get_value("WhatsApp Delivery", stored()[0], "body") == BODY.decode()


def test_the_same_body_ten_times_is_one_delivery_and_one_message(desk: Desk) -> None:
	payload = desk.payload(text_message("once"))
	assert [desk.post(payload).status_code for _ in range(10)] == [200] * 10
	desk.settle()
	assert desk.post(payload).status_code == 200
	desk.settle()
	assert len(stored()) == 1
	assert frappe.db.count("WhatsApp Session Message") == 1
	assert len(desk.conversation_of(desk.ticket())) == 1


def test_when_storing_fails_meta_is_asked_to_try_again(desk: Desk) -> None:
	frappe.db.sql_ddl("alter table `tabWhatsApp Delivery` rename to `tabWhatsApp Delivery Away`")
	try:
		assert desk.post(BODY).status_code == 503
	finally:
		frappe.db.sql_ddl("alter table `tabWhatsApp Delivery Away` rename to `tabWhatsApp Delivery`")
	assert desk.post(BODY).status_code == 200
	assert len(stored()) == 1


NOT_UNDERSTOOD = {
	"not JSON": b"hello",
	"not UTF-8 at all": b"\xff\xfe{}",
	"a list": b"[]",
	"another object": b'{"object":"page","entry":[]}',
	"entry is no list": b'{"object":"whatsapp_business_account","entry":{}}',
	"empty": b"{}",
}


# Sent as JSON, as Meta sends everything: Frappe reads them before this app does.
UNREAD = {"not JSON": b"{", "a number": b"1", "a text": b'"x"', "null": b"null"}


@pytest.mark.parametrize("body", UNREAD.values(), ids=UNREAD.keys())
def test_signed_but_not_read_by_frappe_is_stored_and_answered_200(desk: Desk, body: bytes) -> None:
	answer = desk.post(body)
	assert (answer.status_code, answer.text) == (200, "")
	assert stored() == [hashlib.sha256(body).hexdigest()]


@pytest.mark.parametrize("body", UNREAD.values(), ids=UNREAD.keys())
def test_neither_signed_nor_read_by_frappe_is_frappes_to_refuse(desk: Desk, body: bytes) -> None:
	assert desk.post(body, secret="other").status_code >= 400
	assert stored() == []


@pytest.mark.parametrize("body", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD.keys())
def test_signed_but_not_understood_is_stored_and_answered_200(desk: Desk, body: bytes) -> None:
	answer = desk.post(body, **{"Content-Type": "application/octet-stream"})
	assert answer.status_code == 200
	desk.settle()
	row = frappe.db.get_value("WhatsApp Delivery", stored()[0], ["state", "error"], as_dict=True)
	assert row.state == "Failed"
	assert row.error


BAD_ITEMS = {
	"no id": ({"id": None}, "id"),
	"id is a list": ({"id": ["x"]}, "id"),
	"timestamp in milliseconds": ({"timestamp": "1790000000000"}, "timestamp"),
	"timestamp in the future": ({"timestamp": "1999999999"}, "timestamp"),
	"timestamp is no number": ({"timestamp": "soon"}, "timestamp"),
	"no sender": ({"from": None}, ""),
}


@pytest.mark.parametrize(("change", "names"), BAD_ITEMS.values(), ids=BAD_ITEMS.keys())
def test_a_bad_item_is_kept_with_its_error_and_the_valid_one_beside_it_is_filed(
	desk: Desk, change: dict, names: str
) -> None:
	bad = {**text_message("bad", wamid="wamid.bad"), **change}
	assert desk.post(desk.payload(bad, text_message("good", wamid="wamid.good"))).status_code == 200
	desk.settle()
	(item,) = frappe.get_all("WhatsApp Delivery Item", fields=["state", "error", "payload"])
	assert item.state == "Failed"
	assert names in item.error.lower()
	assert json.loads(item.payload)
	assert ["good" in content for content in desk.conversation_of(desk.ticket())] == [True]


ODD_BUT_READABLE = {
	"a name of 10,000 characters": ({}, "N" * 10_000, "Hello"),
	"HTML in the name": ({}, "<script>alert(1)</script>", "Hello"),
	"HTML in the text": ({"text": {"body": "<img src=x onerror=alert(1)>"}}, "Maria", "&lt;img"),
	"a lone surrogate": ({"text": {"body": "a\ud800b"}}, "Maria", "a"),
	"a NUL": ({"text": {"body": "a\x00b"}}, "Maria", "a"),
	"an unknown type": ({"type": "hologram", "hologram": {}}, "Maria", "hologram"),
}


@pytest.mark.parametrize(("change", "name", "shown"), ODD_BUT_READABLE.values(), ids=ODD_BUT_READABLE.keys())
def test_an_odd_message_is_filed_and_harmless(desk: Desk, change: dict, name: str, shown: str) -> None:
	assert desk.post(desk.payload({**text_message(), **change}, name=name)).status_code == 200
	desk.settle()
	(content,) = desk.conversation_of(desk.ticket())
	assert shown in content
	assert "<img" not in content
	assert "<script" not in content
	assert len(frappe.db.get_value("WhatsApp Customer", {"wa_id": "5511912345678"}, "profile_name")) <= 140
	assert "<script" not in (frappe.db.get_value("HD Ticket", desk.ticket(), "subject") or "")


def test_an_item_for_an_unknown_number_waits_until_the_number_is_added(desk: Desk) -> None:
	desk.post(desk.payload(text_message("for nobody"), number="999"))
	desk.settle()
	item = frappe.db.get_value(
		"WhatsApp Delivery Item", {"number": "999"}, ["name", "state", "error"], as_dict=True
	)
	assert item.state == "Unroutable"
	assert "999" in item.error
	assert desk.tickets() == []
	number = {
		"doctype": "WhatsApp Number",
		"number": "+15550100201",
		"phone_number_id": "999",
		"account": desk.account,
	}
	frappe.get_doc(number).insert()
	frappe.db.set_value("WhatsApp Channel", desk.channel, "number", "999")
	frappe.get_doc("WhatsApp Channel", desk.channel).save()
	frappe.db.commit()
	desk.settle()
	assert frappe.db.get_value("WhatsApp Delivery Item", item.name, "state") == "Processed"
	assert "for nobody" in desk.conversation_of(desk.ticket())[0]


def test_one_byte_that_is_no_utf8_costs_nothing_else(desk: Desk) -> None:
	body = (
		json.dumps(desk.payload(text_message("good"), name="Mari?")).encode().replace(b"Mari?", b"Mari\xe3")
	)
	desk.post(body, **{"Content-Type": "application/octet-stream"})
	desk.settle()
	assert "good" in desk.conversation_of(desk.ticket())[0]


def test_secrets_are_kept_without_what_was_copied_along(desk: Desk) -> None:
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.flags.ignore_validate = False
	settings.api_base_url = None
	settings.verify_token = " token\n"
	settings.set("app_secrets", [{"label": "Test", "secret": " pasted-secret\n"}])
	settings.save()
	frappe.db.commit()
	assert desk.post(BODY, secret="pasted-secret").status_code == 200
	assert desk.web.get(WEBHOOK, params={**HANDSHAKE, "hub.verify_token": "token"}).status_code == 200


def test_a_secret_that_cannot_be_decrypted_is_no_reason_to_lose_a_delivery(desk: Desk) -> None:
	frappe.db.sql("update `__Auth` set password = 'broken' where doctype = 'WhatsApp App Secret'")
	frappe.db.commit()
	assert desk.post(BODY).status_code == 503


def test_a_failed_delivery_can_be_processed_again(desk: Desk) -> None:
	desk.post(desk.payload(text_message("kept")))
	(name,) = stored()
	frappe.db.set_value("WhatsApp Delivery", name, {"state": "Failed", "attempts": 5})
	frappe.db.commit()
	frappe.get_doc("WhatsApp Delivery", name).reprocess()
	frappe.db.commit()
	desk.settle()
	assert "kept" in desk.conversation_of(desk.ticket())[0]


def test_what_is_done_is_cleared_and_what_waits_is_kept(desk: Desk) -> None:
	desk.post(desk.payload(text_message("done")))
	desk.post(desk.payload(text_message("waits", wamid="wamid.2"), number="999"))
	desk.post(desk.envelope({"errors": [{"code": 130429, "title": "Rate limit hit"}]}))
	desk.settle()
	for doctype in ("WhatsApp Delivery Item", "WhatsApp Delivery"):
		frappe.db.sql(f"update `tab{doctype}` set creation = '2020-01-01'")
		frappe.get_meta(doctype)
		frappe.get_doc({"doctype": doctype}).clear_old_logs(30)
	frappe.db.commit()
	assert [row.state for row in frappe.get_all("WhatsApp Delivery Item", fields=["state"])] == ["Unroutable"]
	assert len(stored()) == 1
