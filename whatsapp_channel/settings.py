"""The settings in the form that the code needs."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import frappe
from frappe.utils import cint
from frappe.utils.password import decrypt, get_decrypted_password, set_encrypted_password

from whatsapp_channel.cloud_api.app_client import AppAPI
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import (
	insert_row,
	new_transaction,
	required_lock,
	save_now,
	set_single_value,
	set_value,
	single_values,
)
from whatsapp_channel.doctypes import ACCOUNT, SECRET, SETTINGS

META_API = "https://graph.facebook.com"
META_VERSION = "v25.0"
WEBHOOK_PATH = "/api/method/whatsapp_channel.api.webhook.receive"
VERIFY_TOKEN_LENGTH = 32
# As long as WhatsApp's own reply window: what waited longer answers a question of yesterday.
ASK_AFTER_HOURS = "ask_after_hours"
# This entry in the site configuration allows an API address that is not Meta's.
CUSTOM_API = "whatsapp_channel_allow_custom_api"
# The former secrets of every sandbox, before each generated its own. They are published, so anybody can sign with them.
PUBLISHED = frozenset({"sandbox-app-secret", "sandbox-verify-token", "sandbox-token"})
UNFILED_DAYS = "unfiled_retention_days"
LOCK = "settings"
LOCK_SECONDS = 10


def app_secrets() -> list[str]:
	"""The app secrets with which Meta may sign webhooks, without published ones (see `is_published`).

	It takes one query and no Document, because each webhook needs it.
	"""
	return [secret for secret in stored_app_secrets() if not is_published(secret)]


def stored_app_secrets() -> list[str]:
	"""Every entered secret, including published ones."""
	rows = frappe.db.sql(
		f"""select auth.password from `__Auth` auth
		inner join `tab{SECRET}` secret on secret.name = auth.name and secret.parent = %s
		where auth.doctype = 'WhatsApp App Secret' and auth.fieldname = 'secret' and auth.encrypted = 1""",
		(SETTINGS,),
	)
	return [_decrypted(frappe.local.site, row[0]) for row in rows]


@lru_cache(maxsize=64)
def _decrypted(site: str, ciphertext: str) -> str:
	# The site is part of the cache key because each site has its own encryption key.
	return decrypt(ciphertext)


def secrets_of(app_id: str) -> list[str]:
	"""The secrets of one Meta app, newest first; empty if none is entered with its id."""
	wanted = {"parent": SETTINGS, "app_id": app_id}
	rows = frappe.get_all(SECRET, wanted, pluck="name", order_by="creation desc") if app_id else []
	found = (get_decrypted_password(SECRET, row, "secret", raise_exception=False) for row in rows)
	return [secret for secret in found if secret and not is_published(secret)]


def add_secret(app_id: str, secret: str) -> None:
	"""Stores the secret of a Meta app, unless it exists; an existing one without app id gets the id.

	Raises frappe.ValidationError for a published one, and while another request keeps the lock.
	"""
	refuse_published(secret, frappe._("App Secret"))
	with required_lock(LOCK, LOCK_SECONDS):
		new_transaction()  # to see what another request added while this one waited for the lock
		known = _row_with(secret)
		if not known:
			_insert_secret(app_id, secret)
		elif frappe.db.get_value(SECRET, known, "app_id") != app_id:
			set_value(SECRET, known, "app_id", app_id)
			_changed()
		save_now()  # before the lock is released


def _row_with(secret: str) -> str | None:
	for row in frappe.get_all(SECRET, {"parent": SETTINGS}, pluck="name"):
		if get_decrypted_password(SECRET, row, "secret", raise_exception=False) == secret:
			return row
	return None


def _insert_secret(app_id: str, secret: str) -> None:
	"""Inserts a row without saving the whole form, which another administrator may be editing."""
	place = {"parent": SETTINGS, "parenttype": SETTINGS, "parentfield": "app_secrets"}
	index = frappe.db.count(SECRET, {"parent": SETTINGS}) + 1
	values = {**place, "idx": index, "app_id": app_id, "secret": "*" * 8}
	row = insert_row(SECRET, values)
	set_encrypted_password(SECRET, row, secret, "secret")
	_changed()


def verify_token() -> str | None:
	"""The verify token of Meta's handshake; None if there is none, or for a published one."""
	token = stored_verify_token()
	return None if token and is_published(token) else token


def stored_verify_token() -> str | None:
	"""The entered verify token, even a published one."""
	return get_decrypted_password(SETTINGS, SETTINGS, "verify_token", raise_exception=False)


def ensure_verify_token() -> str:
	"""The verify token, generated if there is none. It is committed, because Meta's handshake reaches another process.

	Raises frappe.ValidationError while another request keeps the lock.
	"""
	with required_lock(LOCK, LOCK_SECONDS):
		new_transaction()  # see above
		token = verify_token()
		if not token:
			token = frappe.generate_hash(length=VERIFY_TOKEN_LENGTH)
			set_encrypted_password(SETTINGS, SETTINGS, token, "verify_token")
			set_single_value(SETTINGS, "verify_token", "*" * len(token))
			_changed()
		save_now()
	return token


def _changed() -> None:
	"""Updates `modified` like saving the form: a form that was opened before would otherwise delete rows it does not know."""
	set_single_value(SETTINGS, {"modified": frappe.utils.now()})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.get_doc(SETTINGS).run_method("on_update")


def is_published(secret: str, base_url: str | None = None) -> bool:
	"""Whether a secret or token is published, and therefore ignored unless the API address is a sandbox on this computer.

	`base_url`: the API address if it is not the stored one.
	"""
	return secret.strip() in PUBLISHED and not is_loopback(used_address(base_url) if base_url else api()[0])


def refuse_published(secret: str, label: str, base_url: str | None = None) -> None:
	"""Raises frappe.ValidationError for a published secret; `label`: the field in which it was entered."""
	if not is_published(secret, base_url):
		return
	frappe.throw(
		frappe._(
			"{0}: this is the published value of a sandbox, which everybody knows. Copy the value from Meta; a sandbox "
			"shows its own when it starts and on its phone page."
		).format(label),
		title=label,
	)


def allows_custom_api() -> bool:
	"""Whether the site configuration allows an API address that is not Meta's.

	It reads the file too: the copy of Frappe 16's web processes may be a minute old, and removing the entry must take effect
	at once.
	"""
	return bool(cint(frappe.conf.get(CUSTOM_API)) and cint(frappe.get_site_config().get(CUSTOM_API)))


def used_address(entered: str | None) -> str:
	"""The address to which tokens are sent: the entered one only if it is currently allowed, else Meta's."""
	return entered if entered and entered != META_API and allows_custom_api() else META_API


def entered_address() -> str:
	"""The API address in the settings, whether it is used or not."""
	return single_values(SETTINGS, "api_base_url")[0] or META_API


def api() -> tuple[str, str]:
	"""The base URL and version of the Graph API that are in use."""
	base_url, version = single_values(SETTINGS, "api_base_url", "graph_version")
	return used_address(base_url), version or META_VERSION


def cloud_api(account: str, watch: Callable[[CloudAPIError], None] | None = None) -> CloudAPI:
	"""An API client for one WhatsApp Business Account; `watch` is called with each error before it is raised.

	Raises frappe.ValidationError if the account has no usable token.
	"""
	token = stored_token(account)
	if not token or is_published(token):
		frappe.throw(frappe._("WhatsApp Business Account {0} has no access token.").format(account))
	return client(token, watch)


def stored_token(account: str) -> str | None:
	"""The entered access token of an account, even a published one."""
	return get_decrypted_password(ACCOUNT, account, "access_token", raise_exception=False)


def client(token: str, watch: Callable[[CloudAPIError], None] | None = None) -> CloudAPI:
	"""An API client with a token that may not belong to an account yet. Raises ValueError if it cannot be a token."""
	base_url, version = api()
	return CloudAPI(token, base_url=base_url, version=version, watch=watch)


def app_api(app_id: str, secret: str) -> AppAPI:
	"""An API client for a Meta app. Raises ValueError for an id or secret that cannot be part of a request."""
	base_url, version = api()
	return AppAPI(app_id, secret, base_url=base_url, version=version)


def signup_app() -> tuple[str, str]:
	"""The ids of the Meta app for Embedded Signup and of its configuration; empty if not set."""
	app_id, config_id = single_values(SETTINGS, "meta_app_id", "signup_config_id")
	return (app_id or "").strip(), (config_id or "").strip()


def ask_after_hours() -> int:
	"""After how many hours in the queue a reply asks its agent before it goes out; 0: never."""
	return _count(ASK_AFTER_HOURS)


def unfiled_days() -> int:
	"""How many days what could not be filed is kept; 0: for ever."""
	return _count(UNFILED_DAYS)


def _count(field: str) -> int:
	"""A number of the settings; the default where it was never saved, which Frappe reads as 0."""
	(stored,) = single_values(SETTINGS, field)
	return cint(frappe.get_meta(SETTINGS).get_field(field).default) if stored is None else stored


def give_default(field: str) -> None:
	"""For a patch: settings that were saved before a field came have nothing in it, which counts as 0."""
	saved = frappe.db.sql("select field from tabSingles where doctype = %s", (SETTINGS,), pluck=True)
	if saved and field not in saved:
		set_single_value(SETTINGS, field, frappe.get_meta(SETTINGS).get_field(field).default)


def callback_url() -> str:
	"""The address to which Meta posts."""
	return frappe.utils.get_url(WEBHOOK_PATH)


def is_sandbox() -> bool:
	"""Whether the API address is not Meta's; then HTTPS is not required."""
	return api()[0] != META_API


def is_https() -> bool:
	"""Whether this site's URL is HTTPS, as Meta requires for the page and the callback (Z21)."""
	return urlsplit(callback_url()).scheme == "https"


def origin(url: str) -> str:
	"""Scheme, host and port of an address, as browsers write an origin."""
	parts = urlsplit(url)
	return f"{parts.scheme}://{parts.netloc}"


def is_loopback(url: str) -> bool:
	"""Whether a URL is on this computer, where a sandbox listens by default."""
	host = urlsplit(url).hostname or ""
	try:
		return ip_address(host).is_loopback
	except ValueError:
		return host == "localhost"
