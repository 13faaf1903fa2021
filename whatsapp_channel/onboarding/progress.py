"""The progress of the set-up (Z24), computed only from stored rows.

So it needs no call to Meta, is the same for all administrators, and survives restarts.
"""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

from whatsapp_channel import rows, settings
from whatsapp_channel.accounts.account_rows import AccountRow
from whatsapp_channel.clock import site_now
from whatsapp_channel.database import single_values
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, NUMBER
from whatsapp_channel.onboarding import channel_setup as channels
from whatsapp_channel.onboarding import checklist, profile, signup, signup_rows
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.rules.accounts import policies
from whatsapp_channel.rules.accounts.account_words import Subscription
from whatsapp_channel.rules.files import image
from whatsapp_channel.rules.onboarding import profile_rules as limits
from whatsapp_channel.rules.onboarding.setup_steps import Facts, Step, current, steps
from whatsapp_channel.translate import to_user

META_SDK = "https://connect.facebook.net"
META_ORIGIN = "https://facebook.com"
"""Pages of its subdomains post the events as well."""


def state(
	account: str | None = None, number: str | None = None, problem: str | None = None
) -> dict[str, Any]:
	"""Everything that the page shows. By default for the account and number whose set-up is unfinished, else the newest.

	`problem`: why the last attempt at step 1 failed. Raises frappe.DoesNotExistError for an unknown name.
	"""
	row = _account(account, number)
	chosen = _number(row, number)
	channel = frappe.db.get_value(CHANNEL, {"number": chosen}) if chosen else None
	shown = {
		"accounts": _accounts(),
		"account": _account_view(row) if row else None,
		"number": numbers.number_view(chosen) if chosen else None,
		"profile": profile.profile_view(row and row.name, chosen),
		"channel": channels.channel_view(channel) if channel else None,
		"departments": channels.departments(),
		"channels_used": frappe.db.count(CHANNEL),
		"checklist": checklist.view(row),
		**_site_view(row),
	}
	found = steps(_facts(row, shown))
	return {
		"steps": [_step(step, problem) for step in found],
		"current": current(found),
		"channels_allowed": len(shown["departments"]),
		**shown,
	}


def _facts(row: AccountRow | None, shown: dict[str, Any]) -> Facts:
	has_channel = shown["channel"] is not None
	return Facts(
		has_account=bool(row),
		link_problem=link_problem(row, has_channel) if row else None,
		profile_saved=shown["profile"]["saved"],
		number_ready=bool(shown["number"] and shown["number"]["ready"]),
		has_channel=has_channel,
		departments=len(shown["departments"]),
		channels=shown["channels_used"],
	)


def link_problem(row: AccountRow, has_channel: bool) -> str | None:
	"""Why an account does not count as linked. For an account with a working channel, which may have been entered by hand,
	unknown values are no problem."""
	if not row.access_token:
		return _("The account has no access token.")
	if row.attention_reason:
		return row.attention_reason
	if _token_ended(row):
		return _("The access token has ended. Reconnect the account.")
	if not _has_secret(row):
		return _(
			"The app secret is missing, so Meta's messages would be refused. Enter it, with the token, by hand."
		)
	if row.subscription == Subscription.CONFIRMED or (has_channel and row.subscription != Subscription.LOST):
		return None
	return _("Meta does not post this account's messages here yet. Set up the webhooks.")


def needs_reconnect(row: AccountRow) -> bool:
	"""Whether only a new token helps."""
	return not row.access_token or bool(row.attention_reason) or _token_ended(row)


def _token_ended(row: AccountRow) -> bool:
	return bool(row.token_expires_on and row.token_expires_on <= site_now())


def _has_secret(row: AccountRow | None) -> bool:
	"""Whether there is an app secret for the account; one without an app id may be the right one."""
	known = set(frappe.get_all(settings.SECRET, {"parent": settings.SETTINGS}, pluck="app_id"))
	needed = row.token_app_id if row else None
	return bool(known) and (not needed or bool(known & {needed, None, ""}))


# What to show


def _account(account: str | None, number: str | None) -> AccountRow | None:
	if number and not account:
		account = frappe.db.get_value(NUMBER, number, "account")
		if not account:
			frappe.throw(
				_("WhatsApp Number {0} is not there.").format(frappe.utils.escape_html(number)),
				frappe.DoesNotExistError,
			)
	name = account or _unfinished_account()
	row = rows.one(AccountRow, name)
	if account and not row:
		frappe.throw(
			_("WhatsApp Business Account {0} is not there.").format(frappe.utils.escape_html(account)),
			frappe.DoesNotExistError,
		)
	return row


def _unfinished_account() -> str | None:
	"""The newest account without a channel, else the newest."""
	names = frappe.get_all(ACCOUNT, pluck="name", order_by="creation desc, name desc")
	used = set(frappe.get_all(NUMBER, {"name": ["in", _used_numbers()]}, pluck="account"))
	return next((name for name in names if name not in used), next(iter(names), None))


def _number(row: AccountRow | None, number: str | None) -> str | None:
	"""The requested number, else the last changed one without a channel, else the newest."""
	if not row:
		return None
	names = frappe.get_all(NUMBER, {"account": row.name}, pluck="name", order_by="modified desc, name desc")
	if number:
		return number if number in names else None
	used = set(_used_numbers())
	return next((name for name in names if name not in used), next(iter(names), None))


def _used_numbers() -> list[str]:
	return frappe.get_all(CHANNEL, pluck="number")


def _step(step: Step, problem: str | None) -> dict[str, Any]:
	reason = step.reason and to_user(step.reason)
	if problem and step.key == "link" and step.state != "done":
		reason = problem
	return {"key": step.key, "title": _(step.title), "state": step.state, "reason": reason}


def _accounts() -> list[dict[str, str]]:
	found = rows.many(AccountRow, {}, "creation desc, name desc")
	return [{"name": row.name, "label": row.account_name, "state": _account_state(row)} for row in found]


def _account_state(row: AccountRow) -> str:
	if not row.access_token:
		return "No Token"
	return "Needs Attention" if row.attention_reason else "Connected"


def _account_view(row: AccountRow) -> dict[str, Any]:
	same = (
		"name",
		"business_id",
		"linked_by",
		"payment_method",
		"restriction",
		"subscription",
		"callback_url",
	)
	return {
		**{field: getattr(row, field) for field in (*same, "subscription_checked_on", "token_expires_on")},
		"label": row.account_name,
		"waba_id": row.name,
		"verification": row.business_verification,
		"review": row.account_review,
		"attention": row.attention_reason,
		"needs_reconnect": needs_reconnect(row),
	}


def _site_view(row: AccountRow | None) -> dict[str, Any]:
	# None on a site that was set up before there were policies.
	trial, credit = single_values(settings.SETTINGS, "trial_policy", "credit_policy")
	return {
		"policies": {
			"trial": _policy_view(trial, policies.TRIAL),
			"credit": _policy_view(credit, policies.CREDIT),
		},
		"signup": _signup_view(),
		"receiving": {
			"callback_url": settings.callback_url(),
			"verify_token_set": bool(settings.verify_token()),
			"secret_set": _has_secret(row),
			"https": settings.is_https(),
		},
		"categories": [{"value": value, "label": _(label)} for value, label in limits.CATEGORIES.items()],
		"limits": _limits(),
	}


def _policy_view(value: str | None, options: Iterable[policies.Policy]) -> dict[str, Any]:
	offered = [
		{"value": option.value, "label": _(option.label), "sentence": to_user(option.sentence)}
		for option in options
	]
	return {"value": value or offered[0]["value"], "options": offered}


def _signup_view() -> dict[str, Any]:
	app_id, config_id = settings.signup_app()
	base_url, version = settings.api()
	reason = signup.obstacle()
	sandbox = settings.is_sandbox()
	return {
		"available": reason is None,
		"reason": reason,
		"sdk_url": f"{base_url if sandbox else META_SDK}/en_US/sdk.js",
		"app_id": app_id,
		"config_id": config_id,
		"version": version,
		"origins": [settings.origin(base_url) if sandbox else META_ORIGIN],
		"pending": signup_rows.pending(),
	}


def _limits() -> dict[str, Any]:
	return {
		"display_name": list(limits.DISPLAY_NAME),
		"about": limits.ABOUT,
		"address": limits.ADDRESS,
		"description": limits.DESCRIPTION,
		"email": limits.EMAIL,
		"websites": limits.WEBSITES,
		"website": limits.WEBSITE,
		"icon_bytes": image.ICON_BYTES,
	}
