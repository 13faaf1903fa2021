"""Step 1: links a WhatsApp Business Account by a token, checked with Meta before anything is stored (Z3, Z4, Z27).

A token's scopes do not say whether the account is assigned to its user. So every call that this app needs is tried once:
reading the account, listing its numbers, reading and setting the subscription, marking a nonexistent message as read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from pydantic import SecretStr

from whatsapp_channel import settings
from whatsapp_channel.accounts import access, sync
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber, SubscribedApp, TokenInfo
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import Cause, CloudAPIError, NotSent, Retry
from whatsapp_channel.database import in_transaction, lock_row, set_value
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.onboarding import subscription

BY_SIGNUP, BY_HAND = "Embedded Signup", "Manual"
EXPIRED_TOKEN = 190
LONGEST_NAME = 140
READ_ACCOUNT, LIST_NUMBERS, READ_SUBSCRIPTION, SUBSCRIBE, SEND = range(5)
FORBIDDEN = (3, 10, *range(200, 300))
NOBODYS_MESSAGE = "wamid.HBgAFQIAERgSAAAA"


@dataclass(frozen=True, slots=True)
class Access:
	"""A token and account that were checked with Meta, ready to be stored. `asked`: when the check began (aware UTC)."""

	node: BusinessAccount
	token: SecretStr
	info: TokenInfo | None
	linked_by: str
	asked: datetime
	business_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
	"""Meta's responses about an account. `asked`: when the first was requested (aware UTC)."""

	asked: datetime
	node: BusinessAccount
	numbers: list[PhoneNumber]
	info: TokenInfo | None
	apps: list[SubscribedApp]


@dataclass(frozen=True, slots=True)
class Linked:
	"""The account's name here, and the reason if its webhooks are not subscribed yet."""

	account: str
	problem: str | None = None


def link_manually(access_token: str, waba_id: str, app_secret: str = "") -> Linked:
	"""Links an account by its token, its id and, unless the settings have it, the app secret.

	Everything is checked with Meta first. Raises frappe.ValidationError with what is wrong or missing, CloudAPIError if Meta
	does not respond.
	"""
	waba_id, asked = _digits(waba_id), utc_now()
	client = _client(access_token)
	info = _inspected(client)
	secret = SecretStr(app_secret.strip())
	app_id = _app_of_secret(secret, info, client.token)
	node = proven(client, waba_id, info)
	if app_id:
		settings.add_secret(app_id, secret.get_secret_value())
	return store(Access(node, client.token, info, BY_HAND, asked))


def store(access: Access) -> Linked:
	"""Creates or reconnects the account with a checked token, and subscribes to its webhooks.

	May run repeatedly and concurrently: the later token wins.
	"""
	account = access.node.id
	values = _values(access)
	if frappe.db.exists(ACCOUNT, account) or not _insert(values):
		in_transaction(lambda: _update(account, values))
	# In its own transaction: the account stays linked even if the subscription fails.
	in_transaction(lambda: _apply(account, access.node, access.asked))
	return Linked(account, _subscription_problem(account))


def proven(client: CloudAPI, waba_id: str, info: TokenInfo | None) -> BusinessAccount:
	"""The account, after trying every call that this app needs, because the names of permissions say little. Raises
	frappe.ValidationError with what Meta refuses."""
	refused: dict[int, CloudAPIError] = {}
	node = _try(refused, READ_ACCOUNT, lambda: client.account(waba_id))
	numbers = _try(refused, LIST_NUMBERS, lambda: client.numbers(waba_id))
	apps = _try(refused, READ_SUBSCRIPTION, lambda: client.subscribed_apps(waba_id))
	if apps is not None and not _is_subscribed(apps, info):
		_try(refused, SUBSCRIBE, lambda: client.subscribe_app(waba_id))
	if numbers:
		_try_sending(refused, client, numbers[0].id)
	if refused or node is None:
		frappe.throw(_refusal(refused, waba_id), title=_("Access Token"))
	return node


def refresh(account: str) -> str | None:
	"""Reads the account, its token, numbers and subscription from Meta; returns its name at Meta.

	Raises CloudAPIError, and frappe.ValidationError for a token that is no longer valid.
	"""
	answers = _ask(account)
	in_transaction(lambda: _keep(account, answers))
	return answers.node.name


def _ask(account: str) -> Answers:
	asked, client = utc_now(), access.client(account)
	return Answers(
		asked,
		client.account(account),
		client.numbers(account),
		_inspected(client),
		client.subscribed_apps(account),
	)


def _keep(account: str, answers: Answers) -> None:
	_apply(account, answers.node, answers.asked)
	for number in answers.numbers:
		if frappe.db.exists(NUMBER, number.id):
			sync.apply_number(number.id, number, answers.asked)
	if answers.info:
		set_value(ACCOUNT, account, _token_values(answers.info))
	subscription.keep(account, answers.apps)


def _apply(account: str, node: BusinessAccount, asked: datetime) -> None:
	"""Stores Meta's data about the account, under a lock that keeps webhooks out. Must come first in its transaction."""
	lock_row(ACCOUNT, account)
	sync.apply_account(account, node, asked)


def _try(refused: dict[int, CloudAPIError], what: int, call: Callable[[], Any]) -> Any:
	"""The response. A missing permission is noted in `refused`; temporary errors are raised."""
	try:
		return call()
	except CloudAPIError as error:
		if error.retry is not Retry.NEVER or error.code is None:
			raise
		refused[what] = error
		return None


def _try_sending(refused: dict[int, CloudAPIError], client: CloudAPI, phone_number_id: str) -> None:
	"""Tries the permission by marking a message as read that does not exist: Meta's error shows whether it is granted."""
	try:
		client.mark_read(phone_number_id, NOBODYS_MESSAGE)
	except CloudAPIError as error:
		if error.code in FORBIDDEN:
			refused[SEND] = error


def _is_subscribed(apps: list[SubscribedApp], info: TokenInfo | None) -> bool:
	return any(not (info and info.app_id) or app.id == info.app_id for app in apps)


def _refusal(refused: dict[int, CloudAPIError], waba_id: str) -> str:
	first = next(iter(refused.values()))
	said = _("Meta says: {0}").format(frappe.utils.escape_html(first.meta_text))
	if {READ_ACCOUNT, LIST_NUMBERS, READ_SUBSCRIPTION} <= refused.keys():
		return " ".join(
			(
				_("The token is valid, but not for the WhatsApp Business Account {0}.").format(waba_id),
				_(
					"Compare the ID with Business settings > WhatsApp accounts, and assign the account to the system user."
				),
				said,
			)
		)
	missing = ", ".join(_need(what) for what in refused)
	return " ".join(
		(
			_("The token is valid, but with it Meta does not let this helpdesk: {0}.").format(missing),
			_("In Business settings give the system user full control of the account, and make a token with the "
			"permissions whatsapp_business_management and whatsapp_business_messaging."),
			said,
		)
	)  # fmt: skip


def _need(what: int) -> str:
	"""What this app does with an account, for the error text."""
	return {
		READ_ACCOUNT: _("read the account"),
		LIST_NUMBERS: _("list its numbers"),
		READ_SUBSCRIPTION: _("read its webhook subscription"),
		SUBSCRIBE: _("subscribe to its webhooks"),
		SEND: _("send messages"),
	}[what]


def _digits(waba_id: str) -> str:
	found = waba_id.strip()
	if not (found.isascii() and found.isdigit()):
		frappe.throw(
			_("WhatsApp Business Account ID: enter its digits, from Business settings > WhatsApp accounts.")
		)
	return found


def _client(access_token: str) -> CloudAPI:
	settings.refuse_published(access_token, _("Access Token"))
	try:
		return settings.client(access_token)
	except ValueError:
		pass
	frappe.throw(
		_(
			"Access Token: it is empty, or has a space or a letter that no token has. Copy it from Meta once more."
		)
	)
	raise AssertionError("unreachable")


def _inspected(client: CloudAPI) -> TokenInfo | None:
	"""Meta's data about the token; None if Meta does not give it to this token. Raises for an invalid one."""
	try:
		info = client.inspect_self()
	except CloudAPIError as error:
		if error.rule.cause is not Cause.AUTHORISATION or error.code != EXPIRED_TOKEN:
			if isinstance(error, NotSent):
				raise
			return None
		said = error.meta_text
	else:
		if info.is_valid:
			return info
		said = info.error_message or _("no reason")
	frappe.throw(
		_("Meta does not accept the access token: it is wrong, has expired or was withdrawn. Make a new one.")
		+ " "
		+ _("Meta says: {0}").format(frappe.utils.escape_html(said)),
		title=_("Access Token"),
	)
	return None


def _app_of_secret(secret: SecretStr, info: TokenInfo | None, token: SecretStr) -> str | None:
	"""The id of the secret's app; None without a secret. Raises if it is not the app of the token."""
	if not secret.get_secret_value():
		return None
	settings.refuse_published(secret.get_secret_value(), _("App Secret"))
	if info is None or not info.app_id:
		frappe.throw(
			_(
				"Meta does not say to which app this token belongs. Enter the app secret in WhatsApp Channel Settings."
			)
		)
	try:
		settings.app_api(info.app_id, secret.get_secret_value()).inspect(token)
		return info.app_id
	except NotSent:
		raise
	except (CloudAPIError, ValueError):
		pass
	frappe.throw(
		_(
			"The app secret is not that of the Meta app {0}, to which the token belongs. Copy it from the dashboard of that "
			"app: App settings > Basic."
		).format(info.app_id),
		title=_("App Secret"),
	)
	return None


def _values(access: Access) -> dict[str, Any]:
	name = access.node.name or _("WhatsApp Account {0}").format(access.node.id)
	given = {
		"waba_id": access.node.id,
		"account_name": name[:LONGEST_NAME],
		"access_token": access.token.get_secret_value(),
		"linked_by": access.linked_by,
		"business_id": access.business_id or _owner(access.node),
		**(_token_values(access.info) if access.info else {}),
	}
	return {field: value for field, value in given.items() if value is not None or field.startswith("token_")}


def _owner(node: BusinessAccount) -> str | None:
	"""The business portfolio, which Meta lists among the entities that must work for sending."""
	entities = (node.health_status and node.health_status.entities) or ()
	return next((entity.id for entity in entities if entity.entity_type == "BUSINESS"), None)


def _token_values(info: TokenInfo) -> dict[str, Any]:
	ends = datetime.fromtimestamp(info.expires_at, timezone.utc) if info.expires_at else None
	return {
		"token_app_id": info.app_id,
		"token_expires_on": to_site(ends) if ends else None,
		"token_scopes": "\n".join(info.scopes),
	}


def _insert(values: dict[str, Any]) -> bool:
	"""Inserts the account; False if another request was faster."""
	try:
		in_transaction(lambda: _proven(frappe.get_doc({"doctype": ACCOUNT, **values})).insert())
		return True
	except (frappe.DuplicateEntryError, frappe.UniqueValidationError):
		frappe.clear_last_message()
		return False


def _update(account: str, values: dict[str, Any]) -> None:
	lock_row(ACCOUNT, account)
	document = frappe.get_doc(ACCOUNT, account)
	document.update(
		{field: value for field, value in values.items() if field not in ("waba_id", "account_name")}
	)
	_proven(document).save()


def _proven(document: Document) -> Document:
	"""Flags the document, so that its controller keeps Meta's data about the token."""
	document.flags.proven = True
	return document


def _subscription_problem(account: str) -> str | None:
	try:
		subscription.subscribe(account)
		return None
	except frappe.ValidationError as error:
		frappe.clear_messages()
		return str(error)
