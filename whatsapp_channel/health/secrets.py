"""What has to be entered once: app secrets and the verify token."""

from __future__ import annotations

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from whatsapp_channel import settings
from whatsapp_channel.clock import age
from whatsapp_channel.health import vault
from whatsapp_channel.health.result import Finding, ok, problem, warning

LATELY = timedelta(days=1)


def app_secret(_limit: object = None) -> Finding:
	"""Whether a secret is entered, and whether what comes is signed with it."""
	vault.unlock()
	secrets = [secret for secret in settings.app_secrets() if secret]
	if not secrets:
		return problem(
			_("No app secret is entered, so every delivery of Meta is refused."),
			_("Copy it from Meta's App Dashboard, App settings > Basic, into WhatsApp Channel Settings."),
		)
	fields = ["refused_deliveries", "last_refused_at", "last_refusal"]
	row = frappe.db.get_value(settings.SETTINGS, settings.SETTINGS, fields, as_dict=True)
	if row and row.last_refused_at and age(get_datetime(row.last_refused_at)) < LATELY:
		return warning(
			_("Deliveries were refused in the last 24 hours ({0} so far): {1}.").format(
				row.refused_deliveries, row.last_refusal
			),
			_(
				"If messages of customers are missing, Meta signs with another secret: compare it in Meta's App Dashboard. Otherwise a stranger tried the address."
			),
		)
	return ok(_("App secrets that are entered: {0}.").format(len(secrets)))


def verify_token(_limit: object = None) -> Finding:
	"""Whether the text of Meta's handshake is entered."""
	vault.unlock()
	if settings.verify_token():
		return ok(_("A verify token is entered."))
	return problem(
		_("No verify token is entered, so Meta cannot be given this site's address."),
		_("Enter any long text as verify token in WhatsApp Channel Settings, and the same one at Meta."),
	)
