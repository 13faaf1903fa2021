"""The settings that an administrator would enter for the demo, and the sandbox's data from earlier starts."""

import json
from typing import Any

from embedded.boot import Site, load_stand_in

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)
from frappe.utils.password import get_decrypted_password  # noqa: E402

from whatsapp_channel import settings  # noqa: E402
from whatsapp_channel.clock import to_utc  # noqa: E402
from whatsapp_channel.sandbox import Sandbox  # noqa: E402
from whatsapp_channel.sandbox.graph import graph_errors  # noqa: E402
from whatsapp_channel.sandbox.state.model import Config, Message  # noqa: E402

ACCOUNT, SETTINGS = "WhatsApp Business Account", "WhatsApp Channel Settings"
CHANNEL, TEAM = "Support on WhatsApp", "Support"
_AGENT, _AGENT_NAME, _PASSWORD = "agent@example.com", "Alex Agent", "agent"
_ADMIN, _ADMIN_NAME, _ADMIN_PASSWORD = "administrator@example.com", "Robin Administrator", "administrator"


def agent() -> dict[str, str]:
	"""Login of the agent, used by people and by the page."""
	return {"user": _AGENT, "name": _AGENT_NAME, "password": _PASSWORD}


def administrator() -> dict[str, str]:
	"""Login of the administrator, used by people and by the set-up page."""
	names = ("administrator", "administrator_name", "administrator_password")
	return dict(zip(names, (_ADMIN, _ADMIN_NAME, _ADMIN_PASSWORD), strict=True))


def is_set_up() -> bool:
	"""Whether an earlier start already set up the site."""
	return bool(frappe.db.exists("User", _ADMIN))


def known_credentials() -> dict[str, str]:
	"""Credentials that the site stored at an earlier start, by field name of Config; the sandbox generates the missing
	ones."""
	config = Config()
	token = get_decrypted_password(ACCOUNT, config.waba_id, "access_token", raise_exception=False)
	known = {
		"app_secret": next(iter(settings.secrets_of(config.app_id)), None),
		"verify_token": settings.verify_token(),
		"token": token,
	}
	return {name: value for name, value in known.items() if value}


def set_up(site: Site, sandbox: Sandbox, *, connected: bool = True) -> None:
	"""Create settings, team, agent and administrator and, if `connected`, account, number and channel.

	Without these three, the administrator's steps on the set-up page can be tried from the start.
	"""
	# The server's owner must set this before an administrator may enter the sandbox's address.
	_configure(site, whatsapp_channel_allow_custom_api=1)
	frappe.db.set_single_value("System Settings", "time_zone", "Etc/UTC")
	frappe.db.set_single_value("HD Settings", "auto_update_status", 1)
	form = frappe.get_doc(SETTINGS)
	form.verify_token = sandbox.config.verify_token
	form.update({"meta_app_id": sandbox.config.app_id, "signup_config_id": sandbox.config.config_id})
	secret = {"label": "Sandbox", "app_id": sandbox.config.app_id, "secret": sandbox.config.app_secret}
	form.append("app_secrets", secret)
	form.save()
	for document in [*_people(), *(_connection(sandbox) if connected else [])]:
		frappe.get_doc(document).insert()
	frappe.db.commit()


def _people() -> list[dict[str, Any]]:
	return [
		_user(_AGENT, _AGENT_NAME, _PASSWORD, "Agent"),
		# Also an agent: people open both pages of the demo in one browser, which has one session.
		_user(_ADMIN, _ADMIN_NAME, _ADMIN_PASSWORD, "System Manager", "Agent"),
		{"doctype": "HD Agent", "user": _AGENT, "agent_name": _AGENT_NAME},
		{"doctype": "HD Team", "team_name": TEAM, "users": [{"user": _AGENT}]},
	]


def _user(address: str, name: str, password: str, *roles: str) -> dict[str, Any]:
	first, last = name.split()
	words = {"email": address, "first_name": first, "last_name": last, "new_password": password}
	given = [{"role": role} for role in roles]
	return {"doctype": "User", **words, "send_welcome_email": 0, "roles": given}


def _connection(sandbox: Sandbox) -> list[dict[str, Any]]:
	config = sandbox.config
	account = {"account_name": config.name, "waba_id": config.waba_id, "access_token": config.token}
	number = {"number": config.number, "phone_number_id": config.phone_number_id, "account": config.waba_id}
	channel = {"channel_name": CHANNEL, "number": config.phone_number_id, "department": TEAM}
	return [
		{"doctype": ACCOUNT, **account},
		{"doctype": "WhatsApp Number", **number},
		{"doctype": "WhatsApp Channel", **channel},
	]


def _configure(site: Site, **values: Any) -> None:
	path = site.path / "site_config.json"
	path.write_text(json.dumps({**json.loads(path.read_text()), **values}, indent=1))
	site.connect()


def point_to(site: Site, desk_url: str, phone_url: str) -> None:
	"""Set the sandbox's address and the site's own address on the site; the ports may change at each start."""
	_configure(site, host_name=desk_url)
	form = frappe.get_doc(SETTINGS)
	form.api_base_url = phone_url
	form.save()
	frappe.db.commit()


def restore_accounts(sandbox: Sandbox) -> None:
	"""Copy the site's accounts, tokens and numbers to the sandbox, which keeps nothing after it ends."""
	for account in frappe.get_all(ACCOUNT, ["name", "account_name"]):
		if account.name not in sandbox.accounts:
			sandbox.add_account(account.name, account.account_name, subscribed=True)
		token = get_decrypted_password(ACCOUNT, account.name, "access_token", raise_exception=False)
		if token:
			sandbox.tokens.add(token)
	fields = ["name", "number", "account", "verified_name", "verification", "meta_status"]
	for row in frappe.get_all("WhatsApp Number", {"name": ["not in", list(sandbox.numbers)]}, fields):
		state = {
			"code_verification_status": (row.verification or "Verified").upper().replace(" ", "_"),
			"status": row.meta_status or "CONNECTED",
		}
		sandbox.add_number(row.name, row.number, row.verified_name or "", waba_id=row.account, **state)


def restore_phones(sandbox: Sandbox) -> None:
	"""Copy the site's customers and conversations to the sandbox, which keeps nothing after it ends."""
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
		graph_errors.status_error(row.error_code or 131000, None) if message.status == "failed" else None
	)
	return message
