"""A person who left traces in every place, and a look at all of them, for the tests of privacy/."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk, text_message
from whatsapp_channel.doctypes import SIGN
from whatsapp_channel.helpdesk.personal_data import flush_search
from whatsapp_channel.privacy.erase import erase
from whatsapp_channel.privacy.person import asked

NUMBER = "5511987650123"
WRITTEN = "+55 11 98765-0123"
NAME = "Ozymandias Qwertz"
TEXT = "zanzibar-text"
REPLY = "quetzal-reply"
OTHER = "5511912345678"
OTHER_TEXT = "words of somebody else"
CUSTOMER = "WhatsApp Customer"
DELIVERY = "WhatsApp Delivery"
ITEM = "WhatsApp Delivery Item"


def quiet(_percent: int, _step: str) -> None:
	"""Progress that nobody looks at."""


def erased(number: str = WRITTEN, **more: Any) -> Any:
	"""Erases and returns the report."""
	frappe.db.commit()
	report = erase(asked(number), more.get("customers"), quiet)
	frappe.db.commit()
	return report


@pytest.fixture(autouse=True)
def no_files(site: Any) -> Iterator[None]:
	"""Rows of files go with each test, their content and what the desk's search knows of them do not."""
	forget_leftovers()
	yield
	for path in Path(frappe.get_site_path("private", "files")).glob("*"):
		if path.name.startswith("whatsapp-export-") or left_in(path, [TEXT, "the same meme"]):
			path.unlink()


@pytest.fixture
def talked(desk: Desk) -> Desk:
	"""The person has written twice, was answered, and somebody else wrote in the same delivery."""
	desk.writes(f"{TEXT} one", wa_id=NUMBER, name=NAME)
	ticket = desk.ticket()
	desk.reply(ticket, f"<p>{REPLY}</p>")
	desk.settle()
	mine = text_message(f"{TEXT} two", wamid=wamid("two"), sender=NUMBER)
	theirs = text_message(OTHER_TEXT, wamid="wamid.theirs", sender=OTHER)
	body = desk.payload(mine, theirs)
	for card in body["entry"][0]["changes"][0]["value"]["contacts"]:
		card["profile"]["name"] = NAME if card["wa_id"] == NUMBER else "Maria"
	assert desk.post(body).status_code == 200
	desk.settle()
	return desk


def wamid(key: str, number: str = NUMBER) -> str:
	"""An id in the shape of Meta's, which holds the number."""
	packed = b"\x1c\x18" + bytes([len(number)]) + number.encode() + b"\x15\x02\x00\x12\x18" + key.encode()
	return "wamid." + base64.b64encode(packed).decode()


def needles(*more: str) -> list[str]:
	"""What no table and no file may hold after the erasure."""
	packed = base64.b64encode(NUMBER.encode())[:16].decode()
	spellings = [NUMBER, "1198765-0123", "98765-0123", "987650123", "(11) 98765", f"{NUMBER[:4]}{NUMBER[5:]}"]
	return [*spellings, packed, NAME, NAME.split()[0], TEXT, REPLY, *more]


def left(words: list[str]) -> list[str]:
	"""Every place of the site where one of these words stands: each text column of each table, and the files."""
	frappe.db.commit()
	found = []
	for table, columns in tables().items():
		hits = " or ".join(["held like %s"] * len(words))
		query = f"select held from (select {whole_row(columns)} as held from `{table}`) as rows_of_it where {hits}"
		for (held,) in frappe.db.sql(query, [f"%{word}%" for word in words]):
			found += [f"{table}: {word} in {held[:300]}" for word in words if word.lower() in held.lower()]
	return found + left_in_files(words)


def whole_row(columns: list[str]) -> str:
	"""SQL for all texts of a row in one."""
	if frappe.db.db_type == "sqlite":
		return " || ' ' || ".join(f"coalesce(cast(`{column}` as char), '')" for column in columns)
	return f"concat_ws(' ', {', '.join(f'cast(`{column}` as char)' for column in columns)})"


def forget_leftovers() -> None:
	"""Trails that earlier tests left, which nobody else cleans: a test begins without a word of the person."""
	words = [*needles(), OTHER_TEXT]
	flush_search()  # documents of earlier tests that the desk's search has not taken up yet
	for table, columns in tables().items():
		row = whole_row(columns)
		hits = " or ".join([f"{row} like %s"] * len(words))
		frappe.db.sql(f"delete from `{table}` where {hits}", [f"%{word}%" for word in words])
	frappe.db.commit()


def tables() -> dict[str, list[str]]:
	"""Every table with every column that can hold text."""
	if frappe.db.db_type == "sqlite":
		rows = frappe.db.sql(
			"select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
		)
	else:
		rows = frappe.db.sql(
			"""select table_name, column_name from information_schema.columns where table_schema = database()
			and data_type in ('varchar', 'char', 'text', 'mediumtext', 'longtext', 'tinytext', 'json', 'blob', 'longblob')"""
		)
	found: dict[str, list[str]] = {}
	for table, column in rows:
		found.setdefault(table, []).append(column)
	return found


def left_in_files(words: list[str]) -> list[str]:
	folders = [Path(frappe.get_site_path(folder)) for folder in ("private/files", "public/files")]
	return [found for folder in folders for path in folder.rglob("*") for found in left_in(path, words)]


def left_in(path: Path, words: list[str]) -> list[str]:
	content = path.read_bytes() if path.is_file() else b""
	return [f"{path}: {word}" for word in words if word in path.name or word.encode() in content]


def a_sign(message: str) -> str:
	"""Something refers to a message that is not here; returns the row's name."""
	values = {"doctype": SIGN, "kind": "Quote", "state": "Open", "wamid": message}
	return frappe.get_doc({**values, "sign_key": message}).insert().name


def leave_files(desk: Desk) -> None:
	"""A file of the person in each place where files of messages are."""
	ticket = str(frappe.get_all("HD Ticket", {"raised_by": ["like", f"{NUMBER}%"]}, pluck="name")[0])
	message = frappe.get_all(MESSAGE, {"ticket": ticket, "direction": "Incoming"}, ["name", "communication"])[
		0
	]
	customer = frappe.db.get_value("HD Ticket", ticket, "whatsapp_customer")
	attach(f"{NAME}.txt", f"{TEXT} file", CUSTOMER, customer)
	url = attach("photo.txt", f"{TEXT} photo", "Communication", message.communication)
	again = {
		"doctype": "File",
		"file_url": url,
		"attached_to_doctype": "HD Ticket",
		"attached_to_name": ticket,
	}
	frappe.get_doc(again).insert()
	row = frappe.get_doc(MESSAGE, message.name)
	row.append("media", {"kind": "image", "state": "Stored", "file_name": f"{NAME}.jpg", "file_url": url})
	row.save(ignore_permissions=True)


def attach(name: str, content: str, doctype: str, docname: str) -> str:
	values = {"doctype": "File", "file_name": name, "content": content, "is_private": 1}
	place = {"attached_to_doctype": doctype, "attached_to_name": docname}
	return frappe.get_doc({**values, **place}).insert(ignore_permissions=True).file_url


def leave_trails(desk: Desk) -> None:
	"""What Frappe and Helpdesk write on the side while people work."""
	ticket = str(frappe.get_all("HD Ticket", {"raised_by": ["like", f"{NUMBER}%"]}, pluck="name")[0])
	contact = frappe.db.get_value("HD Ticket", ticket, "contact")
	document = frappe.get_doc("HD Ticket", ticket)
	document.subject = f"{NAME} asks about {TEXT}"
	document.description = f"<p>{TEXT}</p>"
	document.save()
	frappe.get_doc(
		{
			"doctype": "HD Ticket Comment",
			"reference_ticket": ticket,
			"content": f"{NAME} said {TEXT}",
			"commented_by": "Administrator",
		}
	).insert(ignore_permissions=True)
	comment(f"{NAME} is {WRITTEN}", "HD Ticket", ticket)
	comment(f"called {NUMBER}", "Contact", contact)
	todo = {
		"doctype": "ToDo",
		"description": f"{NAME}: {TEXT}",
		"reference_type": "HD Ticket",
		"reference_name": ticket,
	}
	frappe.get_doc({**todo, "allocated_to": "Administrator"}).insert(ignore_permissions=True)
	frappe.get_doc(
		{"doctype": "Error Log", "method": "x", "error": f"sender = '{NUMBER}', text = '{TEXT}', {NAME}"}
	).insert()
	frappe.log_error(title="y", message=f"{wamid('two')}: {TEXT} {NAME}")


def comment(text: str, doctype: str, name: str) -> None:
	values = {"doctype": "Comment", "comment_type": "Comment", "content": text}
	frappe.get_doc({**values, "reference_doctype": doctype, "reference_name": name}).insert(
		ignore_permissions=True
	)


def leave_items(desk: Desk) -> None:
	"""Items that wait, failed or were dropped, and a delivery that cannot be read."""
	channel = frappe.get_doc("WhatsApp Channel", desk.channel)
	channel.db_set("enabled", 0)
	frappe.db.commit()
	desk.post(desk.payload(text_message(f"{TEXT} held", wamid=wamid("held"), sender=NUMBER), name=NAME))
	desk.post(
		desk.envelope(
			{"statuses": [{"id": wamid("x"), "status": "read", "timestamp": "1", "recipient_id": NUMBER}]}
		)
	)
	desk.settle()
	channel.db_set("enabled", 1)
	broken = f'{{"object": "whatsapp_business_account", "from": "{NUMBER}", "text": "{TEXT} {NAME}'
	frappe.get_doc({"doctype": DELIVERY, "name": "broken", "body": broken, "state": "Failed"}).insert(
		set_name="broken"
	)
