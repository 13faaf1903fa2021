"""No column that pages print as HTML holds markup, whoever made it up: customers, Meta, or the desk's own forms."""

import json
from typing import Any

import frappe
import pytest

from tests.app.columns import IMAGE, JSON, KIND, NUMBERS, PLACE, SVG, defused, hostile, markup
from tests.app.conftest import team
from tests.app.desk import DEADLINE, MESSAGE, Desk
from tests.app.onboarded import ACCOUNT, CHANNEL, NUMBER
from tests.app.sync_nodes import node, phone
from tests.app.test_account_webhooks import EVENTS
from tests.app.test_types import FILES, body_for
from tests.conftest import MODULE
from tests.files import PDF, PNG
from whatsapp_channel import database
from whatsapp_channel.accounts import access, sync
from whatsapp_channel.doctypes import CUSTOMER, ITEM, MEDIA, SAVED, SIGNUP
from whatsapp_channel.onboarding import signup_rows

WORDS = {"image": IMAGE, "svg": SVG, "json": JSON}
# Which fields are left as they are: then messages are filed, or only kept, or their numbers are none.
MANNERS = {
	"what people say": PLACE | KIND | NUMBERS,
	"kinds and ids as well": PLACE | {"wa_id", "from", "timestamp"},
}


@pytest.fixture
def since(site: Any) -> Any:
	"""The moment before the test."""
	return frappe.utils.now_datetime()


def deliver(desk: Desk, *bodies: dict[str, Any]) -> None:
	for body in bodies:
		assert desk.post(body).status_code == 200
	desk.settle()


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("kept", MANNERS.values(), ids=MANNERS)
def test_every_kind_of_webhook(since: Any, desk: Desk, kept: frozenset[str], words: str) -> None:
	deliver(desk, *(hostile(body_for(desk, name), words, kept) for name in sorted(FILES)))
	assert markup(since) == []
	assert (ITEM, "error") in defused(since)


def test_messages_are_filed_in_spite_of_it(since: Any, desk: Desk) -> None:
	deliver(
		desk, *(hostile(body_for(desk, name), IMAGE, MANNERS["what people say"]) for name in sorted(FILES))
	)
	found = defused(since)
	assert {(MEDIA, "file_name"), (MEDIA, "mime_type"), ("HD Ticket", "subject")} <= found
	assert {("Communication", "subject"), ("Communication", "sender_full_name")} <= found
	assert {(CUSTOMER, "profile_name"), ("Contact", "first_name")} <= found
	assert frappe.db.count(MESSAGE, {"text": ["like", f"%{IMAGE}%"]}) > 20


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_files_reactions_and_names(since: Any, desk: Desk, words: str) -> None:
	maria = desk.sandbox.customer("5511912345678", f"Maria {words}")
	photo = maria.sends_file("document", PDF, "application/pdf" + words, filename=f"{words}.exe")
	maria.sends_file("image", PNG, "image/png" + words)
	maria.sends_file("document", b"MZ" + bytes(200), "application/x-msdownload", filename=f"{words}.exe")
	raw = {"type": "reaction", "reaction": {"message_id": photo, "emoji": words}}
	maria.sends_raw(raw)
	desk.sandbox.flush(DEADLINE)
	desk.settle()
	assert markup(since) == []
	assert {(MEDIA, "file_name"), (MESSAGE, "reaction"), (CUSTOMER, "profile_name")} <= defused(since)
	assert frappe.db.get_value(MESSAGE, {"wamid": photo}, "reaction")


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("kept", [{*PLACE, "event", "decision"}, PLACE], ids=["known", "unknown"])
def test_events_of_accounts_and_numbers(since: Any, desk: Desk, kept: frozenset[str], words: str) -> None:
	digits = frappe.db.get_value(NUMBER, desk.number, "number").lstrip("+")
	for field, value, _status, _told in EVENTS.values():
		told = {
			"display_phone_number": digits,
			**value,
			"rejection_reason": "?",
			"requested_verified_name": "?",
		}
		change = {"field": field, "value": hostile(told, words, kept)}
		deliver(
			desk,
			{"object": "whatsapp_business_account", "entry": [{"id": desk.account, "changes": [change]}]},
		)
		assert markup(since) == [], field
	assert defused(since)


def test_an_event_told_twice_is_told_once(since: Any, desk: Desk) -> None:
	value = {
		"display_phone_number": frappe.db.get_value(NUMBER, desk.number, "number"),
		"decision": "REJECTED",
	}
	for again in range(2):
		change = {
			"field": "phone_number_name_update",
			"value": {**value, "rejection_reason": IMAGE, "again": again},
		}
		deliver(
			desk,
			{"object": "whatsapp_business_account", "entry": [{"id": desk.account, "changes": [change]}]},
		)
	assert frappe.db.count("Comment", {"reference_doctype": NUMBER, "comment_type": "Info"}) == 1
	assert (NUMBER, "name_rejection") in defused(since)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_answers_of_meta(since: Any, desk: Desk, words: str) -> None:
	account = node(
		business_verification_status=words,
		account_review_status=words,
		currency=words,
		whatsapp_business_manager_messaging_limit=words,
	)
	number = phone(status=words, quality_rating=words, verified_name=words, name_status=words)
	database.in_transaction(lambda: sync.apply_account(desk.account, account))
	database.in_transaction(lambda: sync.apply_number(desk.number, number))
	access.stop_sending(desk.account, words, code=1)
	signup = signup_rows.create(None)
	signup_rows.fail(signup, words)
	signup_rows.offer(signup, [{"id": words, "name": words}])
	assert markup(since) == []
	assert {(ACCOUNT, "account_review"), (NUMBER, "verified_name")} <= defused(since)
	assert json.loads(frappe.db.get_value(SIGNUP, signup, "candidates")) == [{"id": words, "name": words}]


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_errors_of_messages(since: Any, desk: Desk, words: str) -> None:
	desk.writes("Hello")
	name = desk.reply(desk.ticket())
	desk.settle()
	body = desk.status(frappe.db.get_value(MESSAGE, name, "wamid"), "failed", code=131026)
	deliver(desk, hostile(body, words, PLACE | KIND | NUMBERS))
	assert markup(since) == []
	assert frappe.db.get_value(MESSAGE, name, "status") == "Failed"


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_what_is_saved_in_a_form(since: Any, desk: Desk, words: str) -> None:
	for doctype, name, field in ((ACCOUNT, desk.account, "account_name"), (NUMBER, desk.number, "about")):
		document = frappe.get_doc(doctype, name)
		document.set(field, f"A {words}")
		document.save()
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.app_secrets[0].label = words
	settings.save()
	assert markup(since) == []
	assert {(ACCOUNT, "account_name"), (NUMBER, "about"), ("WhatsApp App Secret", "label")} <= defused(since)


def test_the_name_of_a_channel_stays_its_name(since: Any, desk: Desk) -> None:
	name = 'The "big" shop'
	number = frappe.get_doc(
		{"doctype": NUMBER, "number": "+4930901820", "phone_number_id": "7", "account": desk.account}
	).insert()
	values = {
		"doctype": CHANNEL,
		"channel_name": name,
		"number": number.name,
		"department": team("Second Team"),
	}
	document = frappe.get_doc(values).insert()
	assert (document.name, document.channel_name) == (name, name)


def test_a_hostile_user_id_stays_one_customer(since: Any, desk: Desk) -> None:
	for text in ("One", "Two"):
		message = {
			"from_user_id": f"US.{SVG}",
			"id": f"wamid.{text}{IMAGE}",
			"timestamp": "1750000000",
			"type": "text",
		}
		deliver(desk, desk.envelope({"messages": [{**message, "text": {"body": text}}]}))
		deliver(desk, desk.envelope({"messages": [{**message, "text": {"body": text}}]}))
	assert frappe.db.count(CUSTOMER) == 1
	assert sorted(frappe.get_all(MESSAGE, pluck="text")) == ["One", "Two"]
	assert markup(since) == []


def test_every_doctype_of_ours_is_made_plain_when_it_is_saved(site: Any) -> None:
	own = frappe.get_all("DocType", {"module": MODULE, "istable": 0}, pluck="name")
	assert set(own) == set(SAVED)
	for doctype in own:
		assert (
			"whatsapp_channel.documents.make_plain" in frappe.get_hooks("doc_events")[doctype]["before_save"]
		)


def test_no_column_of_ours_is_an_address_that_frappe_writes_into_an_attribute(site: Any) -> None:
	for doctype in frappe.get_all("DocType", {"module": MODULE}, pluck="name"):
		for field in frappe.get_meta(doctype).fields:
			assert not (field.fieldtype == "Data" and field.options in ("URL", "IBAN"))
