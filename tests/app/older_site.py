"""A site as the version before signs of missing messages had a DocType left it: its tables, and its rows by SQL.

`SINCE` are the patches that such a site has not run. A patch that is added to patches.txt belongs there by itself, and
needs rows in `ROWS` that it touches.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import frappe

from tests.app.columns import IMAGE, SVG
from tests.app.desk import Desk, text_message, utc
from whatsapp_channel.clock import sequence, site_now
from whatsapp_channel.cloud_api.payload_errors import NO_SENDER
from whatsapp_channel.doctypes import ACCOUNT, CUSTOMER, DELIVERY, ITEM, MEDIA, MESSAGE, SETTINGS, SIGN
from whatsapp_channel.keys import wamid_key
from whatsapp_channel.settings import UNFILED_DAYS

# Such a site has run these already.
BEFORE = ("photos_belong_together", "order_of_arrival", "channels_at_work_keep_sending")
PATCHES = Path(frappe.get_app_path("whatsapp_channel"), "patches.txt").read_text().splitlines()
SINCE = [line for line in PATCHES if line.startswith("whatsapp_channel.") and not line.endswith(BEFORE)]
# What came to the tables since.
NEW_COLUMNS = {
	ITEM: ("file_since", "file_customer", "file_tries", "file_row"),
	MESSAGE: ("content",),
	CUSTOMER: ("shown_name",),
	ACCOUNT: ("unanswered", "silent_since", "next_probe"),
}
NEW_DOCTYPES = (SIGN,)
CAME, LOST = "wamid.first", "wamid.lost"
TURNED = "\u202eAna"
SEEN, KNOWN = datetime(2026, 5, 2, 12, 0, 1, 250000), datetime(2026, 5, 1, 8, 30)


@dataclass(frozen=True)
class Place:
	"""What old rows refer to: a customer who has written, with a ticket."""

	desk: Desk
	customer: str
	conversation: str
	ticket: str
	communication: str
	since: datetime


def old_key(wamid: str) -> str:
	"""The key of a message as it was made of its id alone."""
	return sha256(wamid.encode()).hexdigest()


def insert(doctype: str, name: str, minutes: float = 30, **values: Any) -> str:
	"""One row of `minutes` ago with these columns and no others; returns its name."""
	made = site_now() - timedelta(minutes=minutes)
	row = {
		"name": name,
		"creation": made,
		"modified": made,
		"owner": "Administrator",
		"modified_by": "Administrator",
	}
	row |= values
	columns = ", ".join(f"`{column}`" for column in row)
	marks = ", ".join(["%s"] * len(row))
	frappe.db.sql(f"insert into `tab{doctype}` ({columns}) values ({marks})", tuple(row.values()))
	return name


# -- rows, each as it was stored then --------------------------------------------------------------------------------


def sign(place: Place, wamid: str, state: str, why: str = "text", payload: str | None = None) -> str:
	"""Something referred to a message that was not here: an item under meanings of its own."""
	key = sha256(f"sign:{place.desk.number}:{wamid}".encode()).hexdigest()
	told = json.dumps({"wamid": wamid, "why": why, "at": str(SEEN), "since": str(KNOWN)})
	values = {
		"item_key": key,
		"position": old_key(wamid),
		"kind": "Sign",
		"number": place.desk.number,
		"state": state,
	}
	words = "Somebody answered a message that is not here."
	return insert(ITEM, key[:20], **values, error=words, payload=told if payload is None else payload)


def item(place: Place, name: str, state: str, raw: dict[str, Any] | None = None, **values: Any) -> str:
	"""An item that could not be filed; unless `raw` is given, a text that says what it is called."""
	raw = raw or text_message(name, wamid=f"wamid.{name}", timestamp=str(int(utc(minutes=20).timestamp())))
	envelope = {
		"account_id": place.desk.account,
		"phone_number_id": place.desk.number,
		"field": "messages",
		"contact": None,
	}
	stored = {
		"position": "0.0.messages.0",
		"kind": "Message",
		**envelope,
		"raw": raw,
		"peer": None,
		"told": None,
		"problem": None,
	}
	key = sha256(f"Message:{place.desk.number}:{raw['id']}".encode()).hexdigest()
	columns = {"item_key": key, "kind": "Message", "number": place.desk.number, "position": "0.0.messages.0"}
	columns |= {
		"state": state,
		"attempts": 1,
		"sequence": sequence(utc(minutes=20)),
		"payload": json.dumps(stored),
	}
	return insert(ITEM, key[:20], **columns | values)


def queued(place: Place, text: str, part: int = 0, **values: Any) -> str:
	"""A reply's message that Meta has not accepted: its text alone."""
	columns = {
		"direction": "Outgoing",
		"origin": "Cloud API",
		"message_type": "text",
		"status": "Queued",
		"text": text,
		"part": part,
		"sequence": sequence(utc(minutes=10)),
		"client_reference": sha256(text.encode()).hexdigest()[:32],
		"customer": place.customer,
		"channel": place.desk.channel,
		"conversation": place.conversation,
		"ticket": place.ticket,
		"communication": place.communication,
		"message_timestamp": site_now() - timedelta(minutes=10),
	}
	return insert(MESSAGE, sha256(text.encode()).hexdigest()[:10], **columns | values)


def delivery(place: Place, name: str) -> str:
	"""A webhook that was answered and not yet read."""
	written = text_message(name, wamid=f"wamid.{name}", timestamp=str(int(utc(minutes=5).timestamp())))
	body = json.dumps(place.desk.payload(written))
	row = {"state": "Received", "sequence": sequence(utc(minutes=5)), "body": body, "error": f"Once {IMAGE}"}
	return insert(DELIVERY, sha256(body.encode()).hexdigest(), **row)


def picture(place: Place, **file: Any) -> str:
	"""A customer's picture, whose file is in a row of its own."""
	columns = {"direction": "Incoming", "message_type": "image", "status": "Received", "error": f"Five {SVG}"}
	times = {"message_timestamp": site_now() - timedelta(minutes=25), "sequence": sequence(utc(minutes=25))}
	where = {"customer": place.customer, "channel": place.desk.channel, "conversation": place.conversation}
	wamid = {"wamid": "wamid.picture", "wamid_key": old_key("wamid.picture"), "ticket": place.ticket}
	name = insert(
		MESSAGE, "picture001", **columns, **times, **where, **wamid, communication=place.communication
	)
	return insert(
		MEDIA, "file000001", parent=name, parenttype=MESSAGE, parentfield="media", idx=1, kind="image", **file
	)


def missing_file(place: Place) -> str:
	"""A file that could not be fetched while Meta still has it."""
	sender = place.desk.sandbox.customer("5511912345678", "Maria")
	told = sender.file_message("image", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png")["image"]
	known = {"media_id": told["id"], "mime_type": "image/png", "sha256": told.get("sha256"), "error": IMAGE}
	return picture(
		place,
		state="Failed",
		file_name=f"{IMAGE}.png",
		available_until=site_now() + timedelta(days=7),
		**known,
	)


def hostile_names(place: Place) -> str:
	"""What a customer calls themself, and the Contact that was named after them."""
	frappe.db.sql(f"update `tab{CUSTOMER}` set username = %s where name = %s", (f"ana{SVG}", place.customer))
	contact = frappe.db.get_value(CUSTOMER, place.customer, "contact")
	return frappe.rename_doc("Contact", contact, 'Ana" onmouseover="alert(1)', force=True, show_alert=False)


def without_contact(place: Place) -> str:
	"""A customer of whom no Contact could be made."""
	return insert(
		CUSTOMER,
		"nobody0001",
		account=place.desk.account,
		wa_id="5511900000000",
		phone="+5511900000000",
		phone_masked="+55 ••••• 0000",
	)


def erased(place: Place) -> str:
	"""A message of which only the hash of its id was kept."""
	columns = {"direction": "Incoming", "message_type": "text", "status": "Received"}
	where = {"customer": place.customer, "channel": place.desk.channel, "conversation": place.conversation}
	times = {"message_timestamp": site_now() - timedelta(minutes=40)}
	return insert(MESSAGE, "erased0001", **columns, **where, **times, wamid_key=old_key("wamid.erased"))


def turned_name(place: Place) -> str:
	"""A customer whose name turns the direction of what stands beside it."""
	ids = {"wa_id": "5511900000001", "phone": "+5511900000001", "phone_masked": "+55 ••••• 0001"}
	return insert(CUSTOMER, "turned0001", account=place.desk.account, profile_name=TURNED, **ids)


def named_by_number(place: Place) -> str:
	"""A customer of whom nobody told a name."""
	ids = {"wa_id": "5511900000002", "phone": "+5511900000002", "phone_masked": "+55 ••••• 0002"}
	return insert(CUSTOMER, "number0001", account=place.desk.account, profile_name="+5511900000002", **ids)


def agents_file(place: Place) -> str:
	"""A file that an agent had fetched again."""
	row = {"file_name": "again.png", "file_url": "/private/files/again.png", "is_private": 1}
	frappe.db.delete("File", {"name": "againfile1"})  # of the test before
	file = insert("File", "againfile1", **{**row, "owner": "whatsapp-agent@example.com"})
	message = insert(MESSAGE, "again00001", direction="Incoming", status="Received", customer=place.customer)
	parent = {"parent": message, "parenttype": MESSAGE, "parentfield": "media", "idx": 1}
	insert(MEDIA, "again00002", **parent, kind="image", state="Stored", file=file)
	return file


def no_limit(_place: Place) -> str:
	"""Settings without the field, as they were saved then."""
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": UNFILED_DAYS})
	return SETTINGS


def refusal(_place: Place) -> str:
	"""What the settings say of a webhook that was refused."""
	frappe.db.sql("delete from tabSingles where doctype = %s and field = 'last_refusal'", (SETTINGS,))
	frappe.db.sql(
		"insert into tabSingles (doctype, field, value) values (%s, 'last_refusal', %s)", (SETTINGS, IMAGE)
	)
	return SETTINGS


def no_time_to_ask(_place: Place) -> str:
	"""Settings that were saved when there was no field for how long a reply may wait."""
	frappe.db.sql("delete from tabSingles where doctype = %s and field = 'ask_after_hours'", (SETTINGS,))
	return SETTINGS


@dataclass(frozen=True)
class Old:
	"""A kind of row: where it stands, what makes one and returns its name, and which patch changes it, if one does."""

	doctype: str
	make: Callable[[Place], str]
	patch: str | None = None


SIGNS, MARKUP = "signs_of_their_own", "columns_without_markup"
KEYS, NAMES, ASK = "messages_of_a_number", "names_that_show", "replies_that_ask"
TITLES, OWNERS, LIMIT = "titles_without_numbers", "files_without_an_agent", "unfiled_rows_end"
ROWS = {
	"sign that counts": Old(ITEM, lambda at: sign(at, LOST, "Dropped"), SIGNS),
	"sign of a message that came": Old(ITEM, lambda at: sign(at, CAME, "Processed", "status"), SIGNS),
	"sign that was looked into": Old(ITEM, lambda at: sign(at, "wamid.gone", "Processed", "reaction"), SIGNS),
	"sign that nobody can read": Old(ITEM, lambda at: sign(at, "wamid.torn", "Dropped", payload="{"), SIGNS),
	"queued": Old(MESSAGE, lambda at: queued(at, "queued, part one <3")),
	"its second part": Old(MESSAGE, lambda at: queued(at, "queued, part two", part=1)),
	"being sent, nobody knows": Old(
		MESSAGE,
		lambda at: queued(
			at,
			"unknown",
			status="Sending",
			attempts=1,
			sequence=1,
			last_attempt=site_now() - timedelta(minutes=9),
		),
	),
	"failed": Old(
		MESSAGE, lambda at: queued(at, "failed", status="Failed", sequence=2, error=f"Meta: {IMAGE}"), MARKUP
	),
	"delivery that waits": Old(DELIVERY, lambda at: delivery(at, "delivered"), MARKUP),
	"item that is due": Old(
		ITEM,
		lambda at: item(
			at, "pending", "Pending", next_attempt=site_now() - timedelta(minutes=1), error=f"Why {SVG}"
		),
		MARKUP,
	),
	"item of a channel that was off": Old(ITEM, lambda at: item(at, "held", "Held")),
	"item that was dropped": Old(ITEM, lambda at: item(at, "dropped", "Dropped")),
	"item that cannot be filed": Old(
		ITEM, lambda at: item(at, "failed", "Failed", {"id": "wamid.nobody", "type": "text"}, error=NO_SENDER)
	),
	"file that is missing": Old(MEDIA, missing_file, MARKUP),
	"hostile names": Old("Contact", hostile_names, MARKUP),
	"customer without a Contact": Old(CUSTOMER, without_contact, MARKUP),
	"message that was erased": Old(MESSAGE, erased, KEYS),
	"name that turns": Old(CUSTOMER, turned_name, NAMES),
	"name that is a number": Old(CUSTOMER, named_by_number, TITLES),
	"file that an agent fetched": Old("File", agents_file, OWNERS),
	"settings without a limit": Old(SETTINGS, no_limit, LIMIT),
	"refused webhook": Old(SETTINGS, refusal, MARKUP),
	"settings from before old replies asked": Old(SETTINGS, no_time_to_ask, ASK),
}


# -- tables ----------------------------------------------------------------------------------------------------------


def place_of(desk: Desk) -> Place:
	"""Has a customer write; returns where it was filed."""
	since = site_now()
	said = text_message("the first", wamid=CAME, timestamp=str(int(utc(hours=1).timestamp())))
	desk.sandbox.customer(said["from"], "Maria").sends_raw(said)
	desk.flush()
	desk.settle()
	fields = ["customer", "conversation", "communication"]
	row = frappe.db.get_value(MESSAGE, {"wamid_key": wamid_key(desk.number, CAME)}, fields, as_dict=True)
	return Place(desk, row.customer, row.conversation, desk.ticket(), row.communication, since)


def take_back() -> None:
	"""Tables, DocTypes and patch log as they were. Nothing of the app may run until the next `migrate`."""
	for doctype in NEW_DOCTYPES:
		frappe.db.sql_ddl(f"drop table if exists `tab{doctype}`")
		frappe.db.delete("DocType", {"name": doctype})
	for doctype, columns in NEW_COLUMNS.items():
		for column in columns:
			frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{column}`")
	_forget_hashes([*NEW_COLUMNS, *NEW_DOCTYPES])
	frappe.db.sql(f"update `tab{MESSAGE}` set wamid_key = sha2(wamid, 256) where wamid is not null")
	frappe.db.delete("Patch Log", {"patch": ["in", SINCE]})
	frappe.db.commit()
	frappe.clear_cache()


def _forget_hashes(doctypes: list[str]) -> None:
	"""Frappe reads the file of a DocType anew when its hash is another one."""
	if frappe.db.has_column("DocType", "migration_hash"):
		frappe.db.set_value("DocType", {"name": ["in", doctypes]}, "migration_hash", None)
