"""Outgoing mail: one Email Queue row per mail; nothing is ever sent by the embedded host."""

import json
from typing import Any

import frappe

_KEPT = ("reference_doctype", "reference_name", "communication", "expose_recipients")


def send(
	recipients: Any = (),
	sender: str = "",
	subject: str = "No Subject",
	message: str = "No Message",
	cc: Any = (),
	bcc: Any = (),
	attachments: Any = None,
	delayed: bool = True,
	now: bool | None = None,
	**options: Any,
) -> Any:
	"""Queue a mail to those who did not unsubscribe; raises OutgoingEmailError without an outgoing account."""
	everyone = [each for group in (recipients, cc, bcc) for each in _addresses(group)]
	place = {key: options.get(key) for key in _KEPT}
	remaining = [each for each in dict.fromkeys(everyone) if not _unsubscribed(each, place)]
	if not remaining:
		return []
	account = find_outgoing(sender, place["reference_doctype"])
	values = {"doctype": "Email Queue", "sender": sender or account.email_id, "email_account": account.name}
	values |= {"message": f"Subject: {subject}\n\n{message}", "attachments": json.dumps(attachments or [])}
	values |= {"recipients": [{"recipient": each} for each in remaining]} | place
	return frappe.get_doc(values).insert(ignore_permissions=True)


def _addresses(group: Any) -> list[str]:
	return frappe.utils.split_emails(group) if isinstance(group, str) else list(group or [])


def _unsubscribed(address: str, place: dict[str, Any]) -> bool:
	if frappe.db.exists("Email Unsubscribe", {"email": address, "global_unsubscribe": 1}):
		return True
	reference = {key: place[key] for key in ("reference_doctype", "reference_name")}
	return bool(
		place["reference_name"] and frappe.db.exists("Email Unsubscribe", {"email": address} | reference)
	)


def find_outgoing(sender: str, doctype: str | None) -> Any:
	"""The account of the sender, the one for the DocType, or the default one."""
	choices: list[dict[str, Any]] = [{"email_id": frappe.utils.parse_addr(sender or "")[1]}]
	choices += [{"enable_incoming": 1, "append_to": doctype}] if doctype else []
	for choice in [*choices, {"default_outgoing": 1}]:
		found = frappe.db.get_value(
			"Email Account", choice | {"enable_outgoing": 1}, ["name", "email_id"], as_dict=True
		)
		if found:
			return found
	return frappe.throw(
		"Please setup default outgoing Email Account from Tools > Email Account", frappe.OutgoingEmailError
	)
