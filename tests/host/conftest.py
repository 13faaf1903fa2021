"""What the tests of host behaviour share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
import pytest
from frappe.utils.password import update_password

SETTINGS = "HD Settings"


@pytest.fixture
def ticket(site: Any) -> Any:
	"""A ticket that came by a channel."""
	return new_ticket()


def new_ticket(**values: Any) -> Any:
	"""Insert and commit a ticket."""
	plain = {"doctype": "HD Ticket", "subject": "Broken", "raised_by": "551199@whatsapp.invalid"}
	document = frappe.get_doc({**plain, **values}).insert()
	frappe.db.commit()
	return document


def communicate(ticket: str, **values: Any) -> Any:
	"""Insert and commit a communication of a ticket."""
	plain = {
		"doctype": "Communication",
		"communication_type": "Communication",
		"communication_medium": "Chat",
		"sent_or_received": "Received",
		"subject": "Re",
		"sender": "551199@whatsapp.invalid",
		"content": "Hello",
		"reference_doctype": "HD Ticket",
		"reference_name": ticket,
	}
	document = frappe.get_doc({**plain, **values}).insert(ignore_permissions=True)
	frappe.db.commit()
	return document


@pytest.fixture
def settings(site: Any) -> Iterator[Callable[..., None]]:
	"""Change HD Settings for one test."""
	with settings_kept():
		yield write_settings


@contextmanager
def settings_kept() -> Iterator[None]:
	"""HD Settings are afterwards as before: what nobody had stored on a fresh site is not stored either."""
	before = dict(frappe.db.get_singles_dict(SETTINGS))
	yield
	frappe.db.rollback()
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": ["not in", [*before]]})
	write_settings(**before)


def write_settings(**values: Any) -> None:
	"""Store values of HD Settings and commit."""
	for field, value in values.items():
		frappe.db.set_single_value(SETTINGS, field, value)
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.db.commit()


@pytest.fixture
def mail_account(site: Any) -> str:
	"""A default outgoing account that nothing is ever sent from."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"name": "Host Test",
			"email_account_name": "Host Test",
			"email_id": "support@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
		}
	)
	account.db_insert()
	frappe.db.commit()
	return account.name


def user(email: str, *roles: str) -> str:
	"""A user with these roles and a password equal to the name."""
	if not frappe.db.exists("User", email):
		values = {"email": email, "first_name": email.split("@")[0], "send_welcome_email": 0}
		frappe.get_doc({"doctype": "User", "roles": [{"role": role} for role in roles], **values}).insert()
		update_password(email, email)
	frappe.db.commit()
	return email


def count_mails(ticket: str) -> int:
	"""How many mails are queued for a ticket."""
	return frappe.db.count("Email Queue", {"reference_doctype": "HD Ticket", "reference_name": ticket})
