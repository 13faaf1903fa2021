"""Numbers in each state of the set-up, and the steps that tests take on them in a word each."""

from typing import Any

import frappe
import pytest

from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import profile
from whatsapp_channel.sandbox import Sandbox

NUMBER = "WhatsApp Number"
NEW = "+15550100301"
DIGITS = "15550100301"
PROFILE = ("Lucky Shrub", "RETAIL", "Plants for shade.")
NOT_SIX = {
	"five": "12345",
	"seven": "1234567",
	"letters": "12345a",
	"full_width": "\uff11\uff12\uff13\uff14\uff15\uff16",
	"empty": "",
}


@pytest.fixture
def account(site: Any, sandbox: Sandbox) -> str:
	"""An account that is linked, with its profile entered, and no number here yet."""
	from tests.app.conftest import write_settings

	write_settings(sandbox)
	values = {"account_name": "Test Account", "waba_id": sandbox.config.waba_id}
	frappe.get_doc(
		{"doctype": "WhatsApp Business Account", **values, "access_token": sandbox.config.token}
	).insert()
	profile.save_profile(sandbox.config.waba_id, *PROFILE)
	frappe.db.commit()
	return sandbox.config.waba_id


@pytest.fixture
def added(account: str) -> str:
	"""A number that was just added: neither verified nor registered."""
	return numbers.add_number(account, NEW)


@pytest.fixture
def verified(added: str, sandbox: Sandbox) -> str:
	"""A number that is verified and not registered."""
	verify(sandbox, added)
	return added


def verify(sandbox: Sandbox, number: str) -> None:
	numbers.request_code(number, "SMS")
	numbers.verify_code(number, code_of(sandbox))


def code_of(sandbox: Sandbox) -> str:
	"""The newest code that any phone got."""
	return sandbox.phone_texts[-1].code


def at_meta(sandbox: Sandbox, number: str) -> Any:
	return sandbox.numbers[number]


def stored(number: str, *fields: str) -> Any:
	frappe.db.commit()
	row = frappe.db.get_value(NUMBER, number, fields, as_dict=True)
	return row[fields[0]] if len(fields) == 1 else row


def refusal(function: Any, *arguments: Any) -> str:
	with pytest.raises(frappe.ValidationError) as caught:
		function(*arguments)
	frappe.db.rollback()
	return str(caught.value)
