"""Subscribes to the account's webhooks, and confirms the subscription by reading it from Meta (Z27).

Source: Meta's webhook guide, "override" of the callback of one WhatsApp Business Account.
First the app is subscribed and then this site's URL is set as the override, as Meta requires, and only a URL that a GET
returns afterwards counts as *Confirmed*: most set-ups that seem to work but receive nothing lack one of the two. Events
about the account itself are posted only to the app's own URL. An app without one gets this site's; an app that has a URL
keeps it, because it may serve other sites.
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
from whatsapp_channel.rules.accounts.account_words import Subscription

LONGEST_ADDRESS = 200
"""Characters; Meta takes no longer callback."""
CALLBACK_FAILED = 2200
# The webhook fields that this app handles, including those that Meta posts only to the app's own URL.
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
	"""Subscribes the token's app to the account's webhooks, then sets this site's URL, and stores what Meta then reports.

	It reads the state first, because subscribing the app removes a URL that is already set. Raises frappe.ValidationError with
	the reason if it fails.
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
		# In its own transaction, so that Meta's data is kept even if the request ends with an error.
		confirmed = in_transaction(lambda: keep(account, apps, url))
		reason = None if confirmed else _("Meta took the order, but does not name this site's address yet.")
	if reason:
		frappe.throw(reason, title=_("Webhook Subscription"))


def check(account: str) -> bool:
	"""Reads from Meta whether the account's webhooks are posted here, and stores it. Raises CloudAPIError."""
	apps = access.client(account).subscribed_apps(account)
	return in_transaction(lambda: keep(account, apps))


def addresses(account: str) -> frozenset[str]:
	"""The URLs of this site that count as its own: the one that was set at Meta, and the current one.

	Without `host_name` in its configuration a site has a URL for each of its host names; only `subscribe` changes the choice.
	"""
	ordered = frappe.db.get_value(ACCOUNT, account, "callback_url")
	return frozenset(filter(None, (ordered, settings.callback_url())))


def _order(client: CloudAPI, account: str, url: str, verify_token: str) -> None:
	# Before Meta responds it calls our web server to check the verify token: nothing may be locked meanwhile.
	save_now()
	app_id = _app_of(account)
	if not _of_app(client.subscribed_apps(account), app_id):
		client.subscribe_app(account)
	_give_app_an_address(app_id, url, verify_token)
	client.subscribe_app(account, callback_url=url, verify_token=verify_token)


def _give_app_an_address(app_id: str | None, url: str, verify_token: str) -> None:
	"""Sets the app's own URL and fields: Meta posts events about the account itself only there.

	An app that has a URL keeps it, because it may serve other sites.
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
	"""Stores where Meta posts the account's webhooks; returns whether that is this site, or the URL just `ordered`. Locks the
	account, so it must come first in its transaction."""
	lock_row(ACCOUNT, account)
	ours = {ordered} if ordered else addresses(account)
	named = (app.override_callback_uri for app in _of_app(apps, _app_of(account)))
	confirmed = next((url for url in named if url in ours), None)
	known = frappe.db.get_value(ACCOUNT, account, "subscription")
	values = {"subscription_checked_on": site_now(), "callback_url": confirmed}
	state = Subscription.CONFIRMED if confirmed else known and Subscription.LOST
	set_value(ACCOUNT, account, {**values, "subscription": state})
	refresh_account(account)
	return confirmed is not None


def _of_app(apps: Iterable[SubscribedApp], app_id: str | None) -> list[SubscribedApp]:
	"""The rows of one app; all rows if the token's app is unknown."""
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
