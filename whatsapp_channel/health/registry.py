"""The list of all checks: key, title, time limit and function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whatsapp_channel.health import (
	account_checks,
	background_checks,
	callback_checks,
	helpdesk_checks,
	secret_checks,
	site_checks,
	stored_secrets,
)
from whatsapp_channel.health.deadline import Deadline
from whatsapp_channel.health.result import Finding
from whatsapp_channel.sentences import _


@dataclass(frozen=True, slots=True)
class Check:
	"""A check. `seconds`: how long it may wait for Meta, the web server or the queue in total."""

	key: str
	title: str
	seconds: float
	look: Callable[[Deadline], Finding]


CHECKS = (
	Check("encryption_key", _("Encryption key"), 5, stored_secrets.encryption_key),
	Check("app_secret", _("App secret"), 5, secret_checks.app_secret),
	Check("verify_token", _("Verify token"), 5, secret_checks.verify_token),
	Check("api_address", _("Address of the API"), 5, secret_checks.api_address),
	Check("meta", _("Connection to Meta"), 10, account_checks.reachable),
	Check("token", _("Access tokens"), 20, account_checks.token),
	Check("answers", _("Answers to messages"), 5, account_checks.answers),
	Check("permissions", _("Permissions of the tokens"), 30, account_checks.permissions),
	Check("subscription", _("Webhook subscription"), 30, account_checks.subscription),
	Check("callback", _("Callback address"), 20, callback_checks.handshake),
	Check("signature", _("Signature self-test"), 20, callback_checks.signed_delivery),
	Check("endpoints", _("Blocked endpoints of Helpdesk"), 5, helpdesk_checks.blocked_endpoints),
	Check("worker", _("Workers"), 10, background_checks.worker),
	Check("scheduler", _("Scheduler"), 5, background_checks.scheduler),
	Check("deliveries", _("Waiting deliveries"), 5, background_checks.deliveries),
	Check("unfiled", _("What is about to be deleted"), 5, background_checks.unfiled),
	Check("service_levels", _("Priorities and service levels"), 5, helpdesk_checks.service_levels),
	Check("departments", _("Departments of the channels"), 5, helpdesk_checks.departments),
	Check("private_files", _("Private files"), 5, site_checks.private_files),
	Check("body_limits", _("Size limits"), 5, site_checks.body_limits),
	Check("clock", _("Clock"), 15, site_checks.clock),
	Check("database", _("Database"), 5, site_checks.database),
)
BY_KEY = {check.key: check for check in CHECKS}
