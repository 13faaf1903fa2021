"""What the administrator entered, in the form in which the code needs it."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

import frappe
from frappe.utils.password import decrypt, get_decrypted_password, set_encrypted_password

from whatsapp_channel.cloud_api.app import AppAPI
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import insert_row, named_lock, set_single_value, set_value
from whatsapp_channel.doctypes import SETTINGS

SECRET = "WhatsApp App Secret"  # noqa: S105 - the name of a DocType
META_API = "https://graph.facebook.com"
META_VERSION = "v25.0"
WEBHOOK_PATH = "/api/method/whatsapp_channel.api.webhook.receive"
VERIFY_TOKEN_LENGTH = 32
LOCK = "settings"
LOCK_SECONDS = 10


def app_secrets() -> list[str]:
	"""Every secret with which Meta may sign a webhook; empty when none is configured.

	One query and no Document, because each webhook asks.
	"""
	rows = frappe.db.sql(
		"""select auth.password from `__Auth` auth
		inner join `tabWhatsApp App Secret` secret on secret.name = auth.name and secret.parent = %s
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
	return [secret for secret in found if secret]


def add_secret(app_id: str, secret: str) -> None:
	"""Keeps the secret of a Meta app, unless it is there; one entered without the app's id gets it."""
	with named_lock(LOCK, LOCK_SECONDS):
		frappe.db.commit()  # nosemgrep: what another request added while this one waited is seen
		known = _row_with(secret)
		if not known:
			_insert_secret(app_id, secret)
		elif frappe.db.get_value(SECRET, known, "app_id") != app_id:
			set_value(SECRET, known, "app_id", app_id)
			_changed()
		frappe.db.commit()  # nosemgrep: before the lock is free


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
	"""The text that Meta repeats in its handshake."""
	return get_decrypted_password(SETTINGS, SETTINGS, "verify_token", raise_exception=False)


def ensure_verify_token() -> str:
	"""The text that Meta repeats in its handshake, made if nobody has entered one; it is committed, since Meta repeats
	it to another process."""
	with named_lock(LOCK, LOCK_SECONDS):
		frappe.db.commit()  # nosemgrep: see above
		token = verify_token()
		if not token:
			token = frappe.generate_hash(length=VERIFY_TOKEN_LENGTH)
			set_encrypted_password(SETTINGS, SETTINGS, token, "verify_token")
			set_single_value(SETTINGS, "verify_token", "*" * len(token))
			_changed()
		frappe.db.commit()  # nosemgrep
	return token


def _changed() -> None:
	"""What the form does when it is saved. One that was opened before is out of date: saved as it is, it would delete the
	rows that it does not know."""
	set_single_value(SETTINGS, {"modified": frappe.utils.now()})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.get_doc(SETTINGS).run_method("on_update")


def api() -> tuple[str, str]:
	"""Base URL and version of the Graph API."""
	base_url, version = frappe.db.get_value(SETTINGS, SETTINGS, ["api_base_url", "graph_version"])
	return base_url or META_API, version or META_VERSION


def cloud_api(account: str, watch: Callable[[CloudAPIError], None] | None = None) -> CloudAPI:
	"""A client that acts for one WhatsApp Business Account; `watch` is told of each error before it is raised.

	Raises frappe.ValidationError when the account has no token.
	"""
	token = get_decrypted_password(
		"WhatsApp Business Account", account, "access_token", raise_exception=False
	)
	if not token:
		frappe.throw(frappe._("WhatsApp Business Account {0} has no access token.").format(account))
	return client(token, watch)


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
