"""Names of customers and of their Contacts: kept when they come with a number, given when they become known, readable."""

import html
from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, text_message, utc
from tests.app.people import CUSTOMER, only
from tests.app.test_identity_contacts import contact as made_by_people
from whatsapp_channel.patches import names_that_show

NUMBER, OLD_SPELLING, USER = "5511987654321", "551187654321", "BR.55"


def envelope(desk: Desk, field: str, **value: Any) -> dict[str, Any]:
	body = desk.payload()
	change = body["entry"][0]["changes"][0]
	change["field"] = field
	change["value"] = {"metadata": change["value"]["metadata"], **value}
	return body


def arrives(desk: Desk, body: dict[str, Any]) -> None:
	frappe.db.commit()
	assert desk.post(body).status_code == 200
	desk.settle()
	frappe.db.commit()


def message(desk: Desk, name: str | None, wamid: str, text: str = "hi", **ids: str) -> dict[str, Any]:
	"""A text of somebody; `ids`: wa_id and user_id."""
	sender = {"from": ids.get("wa_id"), "from_user_id": ids.get("user_id")}
	raw = text_message(text, wamid=wamid) | sender
	profile = {"profile": {"name": name}} if name is not None else {}
	card = {**profile, **ids}
	return desk.envelope(
		{"messages": [{key: value for key, value in raw.items() if value}], "contacts": [card]}
	)


def echo(desk: Desk, **to: str) -> dict[str, Any]:
	raw = text_message("Hello from the shop", wamid="wamid.echo", sender="15550100200") | to
	raw["timestamp"] = str(int(utc(seconds=60).timestamp()))
	return envelope(desk, "smb_message_echoes", message_echoes=[raw])


def preference(desk: Desk, **ids: str) -> dict[str, Any]:
	wish = {
		"category": "marketing_messages",
		"value": "stop",
		"timestamp": str(int(utc(seconds=60).timestamp())),
	}
	return envelope(desk, "user_preferences", user_preferences=[{**ids, **wish}])


# How somebody was known without a name.
NAMELESS: dict[str, Callable[[Desk], dict[str, Any]]] = {
	"echo to the user id": lambda desk: echo(desk, to_user_id=USER),
	"echo to the old spelling": lambda desk: echo(desk, to=OLD_SPELLING),
	"echo to the number": lambda desk: echo(desk, to=NUMBER),
	"preference of the user id": lambda desk: preference(desk, user_id=USER),
	"preference of the old spelling": lambda desk: preference(desk, wa_id=OLD_SPELLING),
	"message without a profile": lambda desk: message(desk, None, "wamid.w0", user_id=USER),
	"message with a blank name": lambda desk: message(desk, "\u3164\u2800", "wamid.w0", user_id=USER),
	"message of the old spelling": lambda desk: message(desk, None, "wamid.w0", wa_id=OLD_SPELLING),
}


def called() -> tuple[str, str, str]:
	"""What the customer, the Contact and the sender of the newest message are called."""
	row = only()
	contact = frappe.db.get_value("Contact", row.contact, ["first_name", "full_name"])
	assert contact[0] == contact[1]
	sender = frappe.get_all(
		"Communication",
		{"reference_doctype": "HD Ticket", "sent_or_received": "Received"},
		pluck="sender_full_name",
		order_by="creation desc",
		limit=1,
	)[0]
	return row.profile_name, contact[0], sender


@pytest.mark.parametrize("before", NAMELESS.values(), ids=NAMELESS)
def test_a_name_that_comes_with_a_number_is_kept(
	desk: Desk, before: Callable[[Desk], dict[str, Any]]
) -> None:
	arrives(desk, before(desk))
	arrives(desk, message(desk, "Maria", "wamid.w1", wa_id=NUMBER, user_id=USER))
	assert called() == ("Maria", "Maria", "Maria")


# Ids of the first message and of the second, which tells the name.
LATE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
	"number": ({"wa_id": NUMBER}, {"wa_id": NUMBER}),
	"user id": ({"user_id": USER}, {"user_id": USER}),
	"number after a user id": ({"user_id": USER}, {"wa_id": NUMBER, "user_id": USER}),
	"another number": ({"wa_id": "5511900000001", "user_id": USER}, {"wa_id": NUMBER, "user_id": USER}),
	"another spelling": ({"wa_id": OLD_SPELLING}, {"wa_id": NUMBER}),
}


@pytest.mark.parametrize("is_masked", [0, 1], ids=["shown", "masked"])
@pytest.mark.parametrize(("first", "second"), LATE.values(), ids=LATE)
def test_a_contact_takes_the_name_when_it_is_known(
	desk: Desk, first: dict[str, str], second: dict[str, str], is_masked: int
) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "mask_numbers", is_masked)
	arrives(desk, message(desk, None, "wamid.w1", "one", **first))
	assert called()[1] != "Maria"
	contact = only().contact
	arrives(desk, message(desk, "Maria", "wamid.w2", "two", **second))
	assert called() == ("Maria", "Maria", "Maria")
	assert only().contact == contact
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "contact") == contact


def test_a_contact_named_before_takes_the_name_with_the_next_message(desk: Desk) -> None:
	"""As it was left by a version that named the customer alone."""
	arrives(desk, message(desk, None, "wamid.w1", wa_id=NUMBER))
	frappe.db.set_value(CUSTOMER, only().name, "profile_name", "Maria")
	arrives(desk, message(desk, None, "wamid.w2", wa_id=NUMBER))
	assert called() == ("Maria", "Maria", "Maria")


def test_two_nameless_rows_that_are_one_person(desk: Desk) -> None:
	arrives(desk, message(desk, None, "wamid.w1", wa_id=NUMBER))
	arrives(desk, message(desk, None, "wamid.w2", user_id=USER))
	arrives(desk, message(desk, None, "wamid.w3", wa_id=NUMBER, user_id=USER))
	assert only().profile_name == f"+{NUMBER}"
	arrives(desk, message(desk, "Maria", "wamid.w4", wa_id=NUMBER, user_id=USER))
	assert called()[:2] == ("Maria", "Maria")


def test_two_nameless_rows_whose_name_comes_with_the_join(desk: Desk) -> None:
	arrives(desk, message(desk, None, "wamid.w1", user_id=USER))
	arrives(desk, message(desk, None, "wamid.w2", wa_id=NUMBER))
	arrives(desk, message(desk, "Maria", "wamid.w3", wa_id=NUMBER, user_id=USER))
	assert called()[:2] == ("Maria", "Maria")


def test_the_address_book_of_the_app_names_the_contact(desk: Desk) -> None:
	arrives(desk, message(desk, None, "wamid.w1", wa_id=NUMBER))
	entry = {"type": "contact", "action": "add", "contact": {"full_name": "Maria", "phone_number": NUMBER}}
	arrives(desk, envelope(desk, "smb_app_state_sync", state_sync=[entry]))
	assert called()[:2] == ("Maria", "Maria")


# What a person did with the Contact of somebody without a name, and how it is called for ever.
TOUCHED: dict[str, tuple[dict[str, str], str]] = {
	"named": ({"first_name": "Shop of Maria"}, "Shop of Maria"),
	"named by another number": ({"first_name": "4711"}, "4711"),
	"given a last name": ({"last_name": "Silva"}, f"+{NUMBER}"),
}


@pytest.mark.parametrize(("changes", "name"), TOUCHED.values(), ids=TOUCHED)
def test_a_contact_that_a_person_named_is_never_touched(
	desk: Desk, changes: dict[str, str], name: str
) -> None:
	arrives(desk, message(desk, None, "wamid.w1", wa_id=NUMBER))
	frappe.get_doc("Contact", only().contact).update(changes).save()
	arrives(desk, message(desk, "Maria", "wamid.w2", wa_id=NUMBER))
	assert frappe.db.get_value("Contact", only().contact, "first_name") == name
	assert only().profile_name == "Maria"


def test_a_contact_that_people_made_is_never_touched(desk: Desk) -> None:
	known = made_by_people(f"+{NUMBER}", f"+{NUMBER}")
	arrives(desk, message(desk, None, "wamid.w1", wa_id=NUMBER))
	arrives(desk, message(desk, "Maria", "wamid.w2", wa_id=NUMBER))
	assert only().contact == known
	assert frappe.db.get_value("Contact", known, "first_name") == f"+{NUMBER}"


# -- names that turn or show nothing ------------------------------------------------------------------------


def test_a_name_does_not_turn_the_numbers_beside_it(desk: Desk) -> None:
	arrives(desk, message(desk, "\u202eMaria\u2066", "wamid.n1", wa_id=NUMBER))
	assert called() == ("Maria", "Maria", "Maria")
	system = {"type": "user_changed_number", "body": "x", "wa_id": "5511900000001"}
	news = {"from": NUMBER, "id": "wamid.n2", "timestamp": str(int(utc().timestamp())), "type": "system"}
	arrives(desk, desk.envelope({"messages": [{**news, "system": system}]}))
	notes = frappe.get_all("HD Ticket Comment", {"reference_ticket": desk.ticket()}, pluck="content")
	assert len(notes) == 1
	assert f"Maria's number changed from +{NUMBER} to +5511900000001." in html.unescape(notes[0])
	assert "\u202e" not in html.unescape(notes[0])


@pytest.mark.parametrize(
	"blank", ["\u3164", "\u2800\u2800", "\u115f", "\u180e", "\u2064", "\u200d", "\U000e0001", "\u202e"]
)
def test_blank_names_and_texts(desk: Desk, blank: str) -> None:
	arrives(desk, message(desk, blank, "wamid.n1", blank, wa_id=NUMBER))
	assert called() == (f"+{NUMBER}",) * 3
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "subject") == "Empty message"
	assert "Empty message" in desk.conversation_of(desk.ticket())[0]


def test_a_blank_name_takes_none_away(desk: Desk) -> None:
	arrives(desk, message(desk, "Maria", "wamid.n1", wa_id=NUMBER))
	arrives(desk, message(desk, "\u3164", "wamid.n2", wa_id=NUMBER))
	assert called() == ("Maria", "Maria", "Maria")


# -- names that were stored before --------------------------------------------------------------------------


STORED: dict[str, tuple[str, str, str]] = {
	"turned": ("\u202eMaria", "\u202eMaria", "Maria"),
	"blank": ("\u3164", "\u3164", f"+{NUMBER}"),
	"contact by number": ("Maria", f"+{NUMBER}", "Maria"),
	"both right": ("Maria", "Maria", "Maria"),
}


@pytest.mark.parametrize(("customer", "contact", "name"), STORED.values(), ids=STORED)
def test_stored_names_are_made_readable(desk: Desk, customer: str, contact: str, name: str) -> None:
	arrives(desk, message(desk, "Maria", "wamid.n1", wa_id=NUMBER))
	frappe.db.set_value(CUSTOMER, only().name, "profile_name", customer)
	frappe.db.set_value("Contact", only().contact, {"first_name": contact, "full_name": contact})
	frappe.db.commit()
	for _again in range(2):
		names_that_show.execute()
		frappe.db.commit()
		assert (only().profile_name, frappe.db.get_value("Contact", only().contact, "first_name")) == (
			name,
			name,
		)
	assert frappe.db.count(MESSAGE) == 1
