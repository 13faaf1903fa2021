"""What an administrator would enter for the demo, and the sandbox's memory of earlier starts."""

import json
from typing import Any

from embedded.boot import Site, load_stand_in

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)

from whatsapp_channel.clock import to_utc  # noqa: E402
from whatsapp_channel.sandbox import Sandbox, errors  # noqa: E402
from whatsapp_channel.sandbox.model import Message  # noqa: E402

SETTINGS = "WhatsApp Channel Settings"
CHANNEL, TEAM = "Support on WhatsApp", "Support"
_AGENT, _AGENT_NAME, _PASSWORD = "agent@example.com", "Alex Agent", "agent"


def agent() -> dict[str, str]:
	"""Login of the agent, for people and for the page."""
	return {"user": _AGENT, "name": _AGENT_NAME, "password": _PASSWORD}


def is_set_up() -> bool:
	"""Whether an earlier start entered everything."""
	return bool(frappe.db.exists("WhatsApp Channel", CHANNEL))


def set_up(site: Site, sandbox: Sandbox) -> None:
	"""Settings, team, agent, account, number and channel."""
	_allow_other_api(site)
	frappe.db.set_single_value("System Settings", "time_zone", "Etc/UTC")
	frappe.db.set_single_value("HD Settings", "auto_update_status", 1)
	settings = frappe.get_doc(SETTINGS)
	settings.verify_token = sandbox.config.verify_token
	settings.append("app_secrets", {"label": "Sandbox", "secret": sandbox.config.app_secret})
	settings.save()
	for document in _documents(sandbox):
		frappe.get_doc(document).insert()
	frappe.db.commit()


def _documents(sandbox: Sandbox) -> list[dict[str, Any]]:
	config = sandbox.config
	first, last = _AGENT_NAME.split()
	name = {"email": _AGENT, "first_name": first, "last_name": last, "new_password": _PASSWORD}
	account = {"account_name": config.name, "waba_id": config.waba_id, "access_token": config.token}
	number = {"number": config.number, "phone_number_id": config.phone_number_id, "account": config.waba_id}
	channel = {"channel_name": CHANNEL, "number": config.phone_number_id, "department": TEAM}
	return [
		{"doctype": "User", **name, "send_welcome_email": 0, "roles": [{"role": "Agent"}]},
		{"doctype": "HD Agent", "user": _AGENT, "agent_name": _AGENT_NAME},
		{"doctype": "HD Team", "team_name": TEAM, "users": [{"user": _AGENT}]},
		{"doctype": "WhatsApp Business Account", **account},
		{"doctype": "WhatsApp Number", **number},
		{"doctype": "WhatsApp Channel", **channel},
	]


def _allow_other_api(site: Site) -> None:
	"""What a server's owner does before an administrator may enter the sandbox's address."""
	path = site.path / "site_config.json"
	path.write_text(
		json.dumps({**json.loads(path.read_text()), "whatsapp_channel_allow_custom_api": 1}, indent=1)
	)
	site.connect()


def point_to(phone_url: str) -> None:
	"""Has the site send to the sandbox, whose port may differ at each start."""
	settings = frappe.get_doc(SETTINGS)
	settings.api_base_url = phone_url
	settings.save()
	frappe.db.commit()


def restore_phones(sandbox: Sandbox) -> None:
	"""Gives the sandbox, which forgets when it ends, the customers and conversations that the site knows."""
	for row in frappe.get_all(
		"WhatsApp Customer", {"wa_id": ["is", "set"]}, ["name", "wa_id", "profile_name", "bsuid"]
	):
		customer = sandbox.customer(row.wa_id, row.profile_name, user_id=row.bsuid)
		fields = ["wamid", "direction", "text", "status", "error_code", "message_timestamp"]
		known = {"customer": row.name, "wamid": ["is", "set"]}
		for each in frappe.get_all(
			"WhatsApp Session Message", known, fields, order_by="message_timestamp, creation"
		):
			message = _message(row.wa_id, sandbox.config.phone_number_id, each)
			sandbox.record(message)
			sandbox.settled(message)
			if not message.outgoing:
				customer.last_inbound[message.phone_number_id] = message.at
	if not sandbox.customers:
		sandbox.customer("+1 415 555 0134", "Maria")


def _message(wa_id: str, number: str, row: Any) -> Message:
	outgoing = row.direction == "Outgoing"
	at = to_utc(row.message_timestamp)
	message = Message(
		row.wamid, outgoing, wa_id, number, at, "text", {"type": "text", "text": {"body": row.text or ""}}
	)
	message.status = row.status.lower() if outgoing else "accepted"
	message.times = {message.status: at} if outgoing else {}
	message.error = (
		errors.status_error(row.error_code or 131000, None) if message.status == "failed" else None
	)
	return message
