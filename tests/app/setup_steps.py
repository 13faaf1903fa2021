"""What tests of the set-up need beside a connected channel: uploads and more numbers."""

from typing import Any

import frappe

from tests.app.desk import Desk


def upload(content: bytes, name: str = "logo.png", *, private: bool = True) -> str:
	"""A file of this site, attached to nothing; returns its address."""
	file = frappe.get_doc(
		{"doctype": "File", "file_name": name, "content": content, "is_private": int(private)}
	)
	file.insert(ignore_permissions=True)
	frappe.db.commit()
	return file.file_url


def add_number(desk: Desk, index: int = 2, **fields: Any) -> str:
	"""Another number of the account, at Meta and here."""
	number = f"+1555010030{index}"
	made = desk.sandbox.add_number(f"30000000000000{index}", number, f"Number {index}", **fields)
	values = {"number": number, "phone_number_id": made.id, "account": desk.account}
	frappe.get_doc({"doctype": "WhatsApp Number", **values}).insert()
	frappe.db.commit()
	return made.id


def insert_channel(name: str, number: str, department: str) -> None:
	"""As the form of WhatsApp Channel saves it: without a transaction of its own."""
	values = {"channel_name": name, "number": number, "department": department}
	frappe.get_doc({"doctype": "WhatsApp Channel", **values}).insert()
