"""What the administrator entered, in the form in which the code needs it."""

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
	named_lock,
	new_transaction,
	save_now,
	set_single_value,
	set_value,
)
from whatsapp_channel.doctypes import ACCOUNT, SECRET, SETTINGS

META_API = "https://graph.facebook.com"
META_VERSION = "v25.0"
WEBHOOK_PATH = "/api/method/whatsapp_channel.api.webhook.receive"
VERIFY_TOKEN_LENGTH = 32
# With this entry in its configuration a server's owner lets another server than Meta's play Meta.
CUSTOM_API = "whatsapp_channel_allow_custom_api"
# What every sandbox had before each made secrets of its own. They are published, so whoever likes can sign with them.
PUBLISHED = frozenset({"sandbox-app-secret", "sandbox-verify-token", "sandbox-token"})
LOCK = "settings"
LOCK_SECONDS = 10


def app_secrets() -> list[str]:
	"""Every secret with which Meta may sign a webhook, without those that count for nothing here (see `is_published`); empty when
	none is left.

	One query and no Document, because each webhook asks.
	"""
	return [secret for secret in stored_app_secrets() if not is_published(secret)]


def stored_app_secrets() -> list[str]:
	"""Every secret that is entered, whether it counts or not."""
	rows = frappe.db.sql(
		f"""select auth.password from `__Auth` auth
		inner join `tab{SECRET}` secret on secret.name = auth.name and secret.parent = %s
		where auth.doctype = 'WhatsApp App Secret' and auth.fieldname = 'secret' and auth.encrypted = 1""",
		(SETTINGS,),
	)
	return [_decrypted(frappe.local.site, row[0]) for row in rows]


@lru_cache(maxsize=64)
def _decrypted(site: str, ciphertext: str) -> str:
	# The site is part of the key because each site has its own encryption key.
	return decrypt(ciphertext)


def secrets_of(app_id: str) -> list[str]:
	"""The secrets of one Meta app, the newest first; empty when none is entered with its id."""
	wanted = {"parent": SETTINGS, "app_id": app_id}
	rows = frappe.get_all(SECRET, wanted, pluck="name", order_by="creation desc") if app_id else []
	found = (get_decrypted_password(SECRET, row, "secret", raise_exception=False) for row in rows)
	return [secret for secret in found if secret and not is_published(secret)]


def add_secret(app_id: str, secret: str) -> None:
	"""Keeps the secret of a Meta app, unless it is there; one entered without the app's id gets it.

	Raises frappe.ValidationError for one that everybody knows.
	"""
	refuse_published(secret, frappe._("App Secret"))
	with named_lock(LOCK, LOCK_SECONDS):
		new_transaction()  # what another request added while this one waited is seen
		known = _row_with(secret)
		if not known:
			_insert_secret(app_id, secret)
		elif frappe.db.get_value(SECRET, known, "app_id") != app_id:
			set_value(SECRET, known, "app_id", app_id)
			_changed()
		save_now()  # before the lock is free


def _row_with(secret: str) -> str | None:
	for row in frappe.get_all(SECRET, {"parent": SETTINGS}, pluck="name"):
		if get_decrypted_password(SECRET, row, "secret", raise_exception=False) == secret:
			return row
	return None


def _insert_secret(app_id: str, secret: str) -> None:
	"""A row of the table without saving the whole form: another administrator may be at it."""
	place = {"parent": SETTINGS, "parenttype": SETTINGS, "parentfield": "app_secrets"}
	index = frappe.db.count(SECRET, {"parent": SETTINGS}) + 1
	values = {**place, "idx": index, "app_id": app_id, "secret": "*" * 8}
	row = insert_row(SECRET, values)
	set_encrypted_password(SECRET, row, secret, "secret")
	_changed()


def verify_token() -> str | None:
	"""The text that Meta repeats in its handshake; None without one, or for one that counts for nothing here."""
	token = stored_verify_token()
	return None if token and is_published(token) else token


def stored_verify_token() -> str | None:
	"""The verify token that is entered, whether it counts or not."""
	return get_decrypted_password(SETTINGS, SETTINGS, "verify_token", raise_exception=False)


def ensure_verify_token() -> str:
	"""The text that Meta repeats in its handshake, made if nobody has entered one; it is committed, since Meta repeats
	it to another process."""
	with named_lock(LOCK, LOCK_SECONDS):
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
	"""What the form does when it is saved. One that was opened before is out of date: saved as it is, it would delete the
	rows that it does not know."""
	set_single_value(SETTINGS, {"modified": frappe.utils.now()})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.get_doc(SETTINGS).run_method("on_update")


def is_published(secret: str, base_url: str | None = None) -> bool:
	"""Whether a secret or token counts for nothing because it is published, and no sandbox on this computer plays Meta.

	`base_url`: the API's address if it is about to be another than the stored one.
	"""
	return secret.strip() in PUBLISHED and not is_loopback(used_address(base_url) if base_url else api()[0])


def refuse_published(secret: str, label: str, base_url: str | None = None) -> None:
	"""Raises frappe.ValidationError for what `is_published`; `label` says in which field it was entered."""
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
	"""Whether the server's owner lets another server than Meta's play Meta.

	The file is read as well: the copy that Frappe 16 gives web processes may be a minute old, and who takes the entry out
	means it.
	"""
	return bool(cint(frappe.conf.get(CUSTOM_API)) and cint(frappe.get_site_config().get(CUSTOM_API)))


def used_address(entered: str | None) -> str:
	"""Where tokens go when this address is entered: to Meta unless another is allowed, now and not when it was entered."""
	return entered if entered and entered != META_API and allows_custom_api() else META_API


def entered_address() -> str:
	"""The API's address as it stands in the settings, whether it counts or not."""
	return frappe.db.get_value(SETTINGS, SETTINGS, "api_base_url") or META_API


def api() -> tuple[str, str]:
	"""Base URL and version of the Graph API, as they count at this moment."""
	stored = frappe.db.get_value(SETTINGS, SETTINGS, ["api_base_url", "graph_version"])
	base_url, version = stored or (None, None)  # no row at all while nothing was ever saved
	return used_address(base_url), version or META_VERSION


def cloud_api(account: str, watch: Callable[[CloudAPIError], None] | None = None) -> CloudAPI:
	"""A client that acts for one WhatsApp Business Account; `watch` is told of each error before it is raised.

	Raises frappe.ValidationError when the account has no token that counts.
	"""
	token = stored_token(account)
	if not token or is_published(token):
		frappe.throw(frappe._("WhatsApp Business Account {0} has no access token.").format(account))
	return client(token, watch)


def stored_token(account: str) -> str | None:
	"""The access token that is entered for an account, whether it counts or not."""
	return get_decrypted_password(ACCOUNT, account, "access_token", raise_exception=False)


def client(token: str, watch: Callable[[CloudAPIError], None] | None = None) -> CloudAPI:
	"""A client with a token, which may belong to no account yet. Raises ValueError for what cannot be a token."""
	base_url, version = api()
	return CloudAPI(token, base_url=base_url, version=version, watch=watch)


def app_api(app_id: str, secret: str) -> AppAPI:
	"""A client that acts for a Meta app. Raises ValueError for an id or secret that no request could carry."""
	base_url, version = api()
	return AppAPI(app_id, secret, base_url=base_url, version=version)


def signup_app() -> tuple[str, str]:
	"""The id of the Meta app with which businesses sign up, and of its configuration; empty texts for none."""
	stored = frappe.db.get_value(SETTINGS, SETTINGS, ["meta_app_id", "signup_config_id"])
	app_id, config_id = stored or ("", "")  # Frappe has no row at all while neither was ever saved
	return (app_id or "").strip(), (config_id or "").strip()


def callback_url() -> str:
	"""The address to which Meta posts."""
	return frappe.utils.get_url(WEBHOOK_PATH)


def is_sandbox() -> bool:
	"""Whether another server than Meta's plays Meta: it needs no HTTPS."""
	return api()[0] != META_API


def is_https() -> bool:
	"""Whether this site is reached by HTTPS, as Meta demands of page and callback (Z21)."""
	return urlsplit(callback_url()).scheme == "https"


def origin(url: str) -> str:
	"""Scheme, host and port of an address, as browsers write an origin."""
	parts = urlsplit(url)
	return f"{parts.scheme}://{parts.netloc}"


def is_loopback(url: str) -> bool:
	"""Whether an address is one of this computer, where a sandbox listens unless it is told otherwise."""
	host = urlsplit(url).hostname or ""
	try:
		return ip_address(host).is_loopback
	except ValueError:
		return host == "localhost"
