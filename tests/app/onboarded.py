"""Steps of tests about accounts and channels: Meta tells something, and what of it people see."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe

from tests.app.conftest import team
from tests.app.desk import TEAM, Desk
from whatsapp_channel.clock import to_site, utc_now

ACCOUNT = "WhatsApp Business Account"
NUMBER = "WhatsApp Number"
CHANNEL = "WhatsApp Channel"
ITEM = "WhatsApp Delivery Item"
MONTH = timedelta(days=30)


def tells(
	desk: Desk,
	field: str,
	value: dict[str, Any],
	*,
	ago: float = 0,
	at: float | None = None,
	account: str | None = None,
) -> None:
	"""Meta posts an event that happened `ago` seconds before now, or `at` (seconds since 1970)."""
	entry = {
		"id": account or desk.account,
		"time": int(at or time.time() - ago),
		"changes": [{"field": field, "value": value}],
	}
	desk.post({"object": "whatsapp_business_account", "entry": [entry]})
	desk.settle()


def update(desk: Desk, event: str, *, ago: float = 0, **more: Any) -> None:
	"""The same of the field account_update."""
	tells(desk, "account_update", {"event": event, **more}, ago=ago)


def about_number(desk: Desk, **value: Any) -> dict[str, Any]:
	"""An event's value that names the channel's number as Meta displays it."""
	digits = frappe.db.get_value(NUMBER, desk.number, "number").lstrip("+")
	return {"display_phone_number": digits, **value}


def row(doctype: str, name: str, *fields: str) -> "frappe._dict":
	"""Some columns as they are now."""
	frappe.db.commit()
	return frappe.db.get_value(doctype, name, list(fields), as_dict=True)


def status(channel: str) -> str:
	"""A channel's status."""
	return row(CHANNEL, channel, "status").status


def lines(doctype: str, name: str) -> list[str]:
	"""The timeline, oldest line first."""
	frappe.db.commit()
	place = {"reference_doctype": doctype, "reference_name": name, "comment_type": "Info"}
	return frappe.get_all("Comment", place, pluck="content", order_by="creation, name")


def notifications(user: str = "Administrator") -> list[str]:
	"""The subjects in a user's bell, oldest first."""
	frappe.db.commit()
	wanted = {"for_user": user, "document_type": ACCOUNT}
	return frappe.get_all("Notification Log", wanted, pluck="subject", order_by="creation, name")


def kept() -> list["frappe._dict"]:
	"""What is kept of deliveries, oldest first."""
	frappe.db.commit()
	return frappe.get_all(ITEM, fields=["kind", "state", "error"], order_by="creation, name")


def say(doctype: str, name: str, **values: Any) -> None:
	"""Writes what Meta said once, and has the status follow."""
	from whatsapp_channel.accounts.status import refresh_account

	frappe.db.set_value(doctype, name, moments(values))
	account = name if doctype == ACCOUNT else frappe.db.get_value(NUMBER, name, "account")
	refresh_account(account)
	frappe.db.commit()


def moments(values: dict[str, Any]) -> dict[str, Any]:
	"""A timedelta stands for the moment so long ago."""
	return {
		field: to_site(utc_now() - value) if isinstance(value, timedelta) else value
		for field, value in values.items()
	}


def in_trial(**more: Any) -> dict[str, Any]:
	"""An account whose business is not verified and whose trial begins now."""
	return {"business_verification": "not_verified", "trial_started_on": timedelta(0), **more}


def trial_over(**more: Any) -> dict[str, Any]:
	"""One whose trial ends now."""
	return in_trial(trial_started_on=MONTH, **more)


def on_account(**values: Any) -> Callable[[Desk], None]:
	"""A step that writes into the account."""
	return lambda desk: say(ACCOUNT, desk.account, **values)


def on_number(**values: Any) -> Callable[[Desk], None]:
	"""A step that writes into the number."""
	return lambda desk: say(NUMBER, desk.number, **values)


def add_channel(desk: Desk, index: int) -> str:
	"""Another number of the account with its channel and department."""
	number = f"90000000000000{index}"
	frappe.get_doc(
		{
			"doctype": NUMBER,
			"number": f"+1555010030{index}",
			"phone_number_id": number,
			"account": desk.account,
		}
	).insert()
	team(f"{TEAM} {index}")
	channel = frappe.get_doc(
		{"doctype": CHANNEL, "channel_name": f"Channel {index}", "number": number, "department": TEAM}
	).insert()
	frappe.db.commit()
	return channel.name
