"""Every check once: its key, its title, how long it may wait for others, and its function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whatsapp_channel.health import accounts, background, callback, helpdesk, secrets, site, vault
from whatsapp_channel.health.patience import Limit
from whatsapp_channel.health.result import Finding
from whatsapp_channel.words import _


@dataclass(frozen=True, slots=True)
class Check:
	"""One question. `seconds` is how long it may wait for Meta, the web server or the queue, all in all."""

	key: str
	title: str
	seconds: float
	look: Callable[[Limit], Finding]


CHECKS = (
	Check("encryption_key", _("Encryption key"), 5, vault.encryption_key),
	Check("app_secret", _("App secret"), 5, secrets.app_secret),
	Check("verify_token", _("Verify token"), 5, secrets.verify_token),
	Check("api_address", _("Address of the API"), 5, secrets.api_address),
	Check("meta", _("Connection to Meta"), 10, accounts.reachable),
	Check("token", _("Access tokens"), 20, accounts.token),
	Check("permissions", _("Permissions of the tokens"), 30, accounts.permissions),
	Check("subscription", _("Webhook subscription"), 30, accounts.subscription),
	Check("callback", _("Callback address"), 20, callback.handshake),
	Check("signature", _("Signature self-test"), 20, callback.signed_delivery),
	Check("endpoints", _("Blocked endpoints of Helpdesk"), 5, helpdesk.blocked_endpoints),
	Check("worker", _("Workers"), 10, background.worker),
	Check("scheduler", _("Scheduler"), 5, background.scheduler),
	Check("deliveries", _("Waiting deliveries"), 5, background.deliveries),
	Check("service_levels", _("Priorities and service levels"), 5, helpdesk.service_levels),
	Check("departments", _("Departments of the channels"), 5, helpdesk.departments),
	Check("private_files", _("Private files"), 5, site.private_files),
	Check("body_limits", _("Size limits"), 5, site.body_limits),
	Check("clock", _("Clock"), 15, site.clock),
	Check("database", _("Database"), 5, site.database),
)
BY_KEY = {check.key: check for check in CHECKS}
