"""Meta posts the account's webhooks to this site: ordered, and confirmed by asking Meta (Z27).

Source: Meta's webhook guide, "override" of the callback of one WhatsApp Business Account.
"""

from collections.abc import Iterable

import frappe
from frappe import _

from whatsapp_channel import settings
from whatsapp_channel.accounts import access
from whatsapp_channel.accounts.status import refresh_account
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.answers import SubscribedApp
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import in_transaction, lock_row, save_now, set_value
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.logs import logger
from whatsapp_channel.onboarding.step_errors import in_words

LONGEST_ADDRESS = 200
"""Characters; Meta takes no longer callback."""
CALLBACK_FAILED = 2200
# What this app handles; also the fields that Meta posts to the app's own address alone.
FIELDS = (
	"messages",
	"account_alerts",
	"account_review_update",
	"account_update",
	"business_capability_update",
	"message_template_status_update",
	"phone_number_name_update",
	"phone_number_quality_update",
	"security",
	"user_preferences",
)


def subscribe(account: str) -> None:
	"""Orders the account's webhooks, first for the token's app, then to this site's address, and stores Meta's answer.

	Asks first, because ordering for the app takes an address away that is set already. Raises frappe.ValidationError
	with the reason when Meta cannot or will not.
	"""
	url = _address()
	client = access.client(account)
	verify_token = settings.ensure_verify_token()
	try:
		_order(client, account, url, verify_token)
		apps = client.subscribed_apps(account)
	except CloudAPIError as error:
		reason = _reason(error, url)
	else:
		# A transaction of its own: what Meta said stays known, also when the request ends with the reason.
		confirmed = in_transaction(lambda: keep(account, apps, url))
		reason = None if confirmed else _("Meta took the order, but does not name this site's address yet.")
	if reason:
		frappe.throw(reason, title=_("Webhook Subscription"))


def check(account: str) -> bool:
	"""Asks Meta whether the account's webhooks come here, and stores the answer. Raises CloudAPIError."""
	apps = access.client(account).subscribed_apps(account)
	return in_transaction(lambda: keep(account, apps))


def addresses(account: str) -> frozenset[str]:
	"""The addresses at which this site takes the account's webhooks: the one that was ordered, and today's.

	Without `host_name` in its configuration the site has as many as it has host names; only `subscribe` chooses anew.
	"""
	ordered = frappe.db.get_value(ACCOUNT, account, "callback_url")
	return frozenset(filter(None, (ordered, settings.callback_url())))


def _order(client: CloudAPI, account: str, url: str, verify_token: str) -> None:
	# Meta asks our own web server for the verify token before it answers: nothing may be locked meanwhile.
	save_now()
	app_id = _app_of(account)
	if not _of_app(client.subscribed_apps(account), app_id):
		client.subscribe_app(account)
	_give_app_an_address(app_id, url, verify_token)
	client.subscribe_app(account, callback_url=url, verify_token=verify_token)


def _give_app_an_address(app_id: str | None, url: str, verify_token: str) -> None:
	"""News about the account itself come to the app's own address alone, and none at all without the app's fields.

	An app that has an address keeps it: it may serve other sites.
	"""
	secret = next(iter(settings.secrets_of(app_id or "")), None)
	if not app_id or not secret:
		return
	app = settings.app_api(app_id, secret)
	try:
		if app.webhook() is None:
			app.set_webhook(url, verify_token, FIELDS)
	except CloudAPIError as error:
		logger().warning("The Meta app has no webhook address of its own: %s", error.meta_text)


def keep(account: str, apps: Iterable[SubscribedApp], ordered: str | None = None) -> bool:
	"""Stores where Meta says that it posts the account's webhooks; returns whether that is here, or where it was just
	`ordered`. Locks the account: first in its transaction."""
	lock_row(ACCOUNT, account)
	ours = {ordered} if ordered else addresses(account)
	named = (app.override_callback_uri for app in _of_app(apps, _app_of(account)))
	confirmed = next((url for url in named if url in ours), None)
	known = frappe.db.get_value(ACCOUNT, account, "subscription")
	values = {"subscription_checked_on": site_now(), "callback_url": confirmed}
	set_value(ACCOUNT, account, {**values, "subscription": "Confirmed" if confirmed else known and "Lost"})
	refresh_account(account)
	return confirmed is not None


def _of_app(apps: Iterable[SubscribedApp], app_id: str | None) -> list[SubscribedApp]:
	"""The rows of one app; of all when it is not known which app the token is of."""
	return [app for app in apps if not app_id or app.id == app_id]


def _app_of(account: str) -> str | None:
	return frappe.db.get_value(ACCOUNT, account, "token_app_id") or None


def _address() -> str:
	url = settings.callback_url()
	if not (settings.is_https() or settings.is_sandbox()):
		frappe.throw(
			_(
				"Meta posts to HTTPS addresses only, and this site's is {0}. Give the site a certificate, or correct "
				"host_name in its configuration."
			).format(frappe.utils.escape_html(url))
		)
	if len(url) > LONGEST_ADDRESS:
		frappe.throw(
			_("This site's address is longer than the {0} characters that Meta takes.").format(
				LONGEST_ADDRESS
			)
		)
	return url


def _reason(error: CloudAPIError, url: str) -> str:
	if CALLBACK_FAILED not in (error.code, error.subcode) and f"(#{CALLBACK_FAILED})" not in error.title:
		return in_words(error)
	said, shown = frappe.utils.escape_html(error.details or error.title), frappe.utils.escape_html(url)
	return _(
		"Meta asked {0} for the verify token and did not get it. The address must be open to the internet, with a valid "
		"certificate, without a login or firewall before it, and answer within a few seconds. Meta says: {1}"
	).format(shown, said)
