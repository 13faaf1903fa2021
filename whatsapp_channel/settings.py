"""What the administrator entered, in the form in which the code needs it."""

from functools import lru_cache

import frappe
from frappe.utils.password import decrypt, get_decrypted_password

from whatsapp_channel.cloud_api.client import CloudAPI

SETTINGS = "WhatsApp Channel Settings"
META_API = "https://graph.facebook.com"


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


def verify_token() -> str | None:
	"""The text that Meta repeats in its handshake."""
	return get_decrypted_password(SETTINGS, SETTINGS, "verify_token", raise_exception=False)


def cloud_api(account: str) -> CloudAPI:
	"""A client that acts for one WhatsApp Business Account.

	Raises frappe.ValidationError when the account has no token.
	"""
	token = get_decrypted_password(
		"WhatsApp Business Account", account, "access_token", raise_exception=False
	)
	if not token:
		frappe.throw(frappe._("WhatsApp Business Account {0} has no access token.").format(account))
	base_url, version = frappe.db.get_value(SETTINGS, SETTINGS, ["api_base_url", "graph_version"])
	return CloudAPI(token, base_url=base_url or META_API, version=version or "v25.0")
