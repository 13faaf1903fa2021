"""Computes and stores the status of channels (Z40), and reports changes."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs, rows
from whatsapp_channel.accounts import notify, restriction, timeline
from whatsapp_channel.accounts.account_rows import ChannelStatusRow
from whatsapp_channel.accounts.facts import account_state, number_state, site
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import in_transaction, plain_values
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, NUMBER
from whatsapp_channel.logs import report
from whatsapp_channel.rules.accounts import admin_notices, channel_facts, channel_status
from whatsapp_channel.rules.accounts.channel_facts import NumberState, Site
from whatsapp_channel.rules.accounts.channel_status import ChannelStatus, Facts, Status
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_all

FIELDS = ("status", "status_reason", "status_next_step", "status_action")


def derived(channel: Document) -> None:
	"""Sets the status fields of a channel before it is saved; `saved` does the rest afterwards."""
	values = _columns(channel_status.derive(_facts(channel.number, bool(channel.enabled), site())))
	if channel.get("status") != values["status"] or not channel.get("status_since"):
		values["status_since"] = site_now()
	channel.update(values)


def saved(channel: Document) -> None:
	"""After a channel was saved: writes the timeline entry, and notifies the administrators when they are needed."""
	before = channel.get_doc_before_save()
	if before and before.status != channel.status:
		timeline.transition(channel.name, before.status, channel.status, channel.status_reason)
	if account := frappe.db.get_value(NUMBER, channel.number, "account"):
		refresh_account(account)


def refresh_channel(channel: str) -> None:
	"""Updates the status of a channel, and of the other channels of its account."""
	number = frappe.db.get_value(CHANNEL, channel, "number")
	account = number and frappe.db.get_value(NUMBER, number, "account")
	if account:
		refresh_account(account)
	elif number:
		_store(channel, _facts(number, _enabled(channel), site()))


def refresh_account(account: str) -> None:
	"""Updates an account and the status of its channels, with a timeline entry for each transition, and sends new notices
	to the administrators. Part of the caller's transaction."""
	restriction.show(account)
	now = site()
	of_account = _facts_of_account(account, now)
	notices = {notice.key: notice for notice in admin_notices.notices(of_account, "")}
	numbers = frappe.get_all(NUMBER, {"account": account}, pluck="name")
	of_numbers = {"number": ["in", numbers or [""]]}
	for row in rows.many(ChannelStatusRow, of_numbers, "creation, name"):
		facts = _facts(row.number, bool(row.enabled), now)
		_store(row.name, facts)
		for notice in admin_notices.notices(facts, row.number):
			notices.setdefault(notice.key, notice)
	if channel_status.derive(of_account).value not in admin_notices.NOT_SET_UP:
		# Without a token Meta cannot be asked, so nobody knows whether what was reported still holds.
		notify.notify_administrators(account, notices)
	publish(account)


@logs.job
def refresh_all() -> None:
	"""Hourly job: applies what time alone changes, such as the end of a trial, a restriction or a token."""
	for account in frappe.get_all(ACCOUNT, pluck="name"):
		try:
			in_transaction(lambda name=account: refresh_account(name))
		except OutOfTime:
			raise
		except Exception:
			frappe.db.rollback()
			report("WhatsApp: the status of an account could not be brought up to date")


def sending_facts(number: str | None) -> Facts:
	"""The facts that decide whether an enabled channel with this number may send."""
	# Whether webhooks are accepted does not affect replies, and is expensive to find out.
	return _facts(number, True, site(receives=True))


def waits_because(number: str | None) -> str | None:
	"""Why replies wait instead of being sent: Meta refuses the account's token, or removed access to the account."""
	found = number_state(number)
	return frappe.db.get_value(ACCOUNT, found[1], "attention_reason") if found else None


def view(channel: str) -> dict[str, Any]:
	"""The stored status with its reason, next step, button label and start time."""
	row = rows.one(ChannelStatusRow, channel)
	label = channel_status.derive(_facts(row.number, bool(row.enabled), site())).label
	return {
		"channel": channel,
		"enabled": bool(row.enabled),
		"status": row.status,
		"reason": row.status_reason,
		"next_step": row.status_next_step,
		"action": row.status_action,
		"label": _(label),
		"since": str(row.status_since or ""),
	}


def publish(account: str) -> None:
	"""Tells open set-up pages to reload, once the change is committed."""
	frappe.publish_realtime(
		"whatsapp_setup", {"account": account}, doctype=ACCOUNT, docname=account, after_commit=True
	)


def _facts(number: str | None, enabled: bool, now: Site) -> Facts:
	found = number_state(number)
	state, account = found if found else (None, None)
	return channel_facts.facts(account_state(account), state, enabled=enabled, site=now)


def _facts_of_account(account: str, now: Site) -> Facts:
	"""The facts of the account itself, without any number or channel."""
	return channel_facts.facts(account_state(account), NumberState(), enabled=True, site=now)


def _columns(status: Status) -> dict[str, Any]:
	values = (status.value.value, to_all(status.reason), to_all(status.next_step), status.action.value)
	return dict(zip(FIELDS, values, strict=True))


def _enabled(channel: str) -> bool:
	return bool(frappe.db.get_value(CHANNEL, channel, "enabled"))


def _store(channel: str, facts: Facts) -> None:
	"""Writes what changed. When several processes see the same transition, one of them writes it and its timeline entry."""
	before = rows.one(ChannelStatusRow, channel)
	values = plain_values(CHANNEL, _columns(channel_status.derive(facts)))
	if not before or all(getattr(before, field) == values[field] for field in FIELDS):
		return
	moved = before.status != values["status"]
	if moved:
		values["status_since"] = site_now()
	frappe.db.sql(
		f"""update `tab{CHANNEL}` set status = %(status)s, status_reason = %(status_reason)s,
		status_next_step = %(status_next_step)s, status_action = %(status_action)s,
		status_since = coalesce(%(status_since)s, status_since)
		where name = %(name)s and ifnull(status, '') = %(before)s""",
		{"status_since": None, **values, "name": channel, "before": before.status or ""},
	)
	if not frappe.db._cursor.rowcount:
		return
	frappe.clear_document_cache(CHANNEL, channel)
	if moved:
		old = before.status or ChannelStatus.SETUP_INCOMPLETE.value
		timeline.transition(channel, old, values["status"], values["status_reason"])
	frappe.get_doc(CHANNEL, channel).notify_update()
