"""Reads stored secrets, only if the encryption key is right: Frappe generates a new key for a site that has none."""

from __future__ import annotations

from contextlib import suppress

import frappe
from cryptography.fernet import Fernet, InvalidToken
from frappe import _

from whatsapp_channel import settings
from whatsapp_channel.health.result import Finding, Skip, ok, problem

# Secrets of deleted child rows stay in __Auth, where nobody reads them any more.
STORED = """select auth.doctype, auth.name, auth.password from `__Auth` auth
	inner join `tabDocType` kind on kind.name = auth.doctype
	where kind.module = 'WhatsApp Channel' and auth.encrypted = 1 and auth.password is not null"""


def encryption_key(_deadline: object = None) -> Finding:
	"""Whether site_config.json has the key with which the stored secrets were encrypted."""
	stored = _stored()
	if not frappe.conf.get("encryption_key"):
		return problem(
			_("The site configuration has no encryption_key, so stored tokens and secrets cannot be read."),
			_("Copy encryption_key from the site_config.json of the backup or of the site's former server."),
		)
	unreadable = [secret for secret in stored if not _opens(secret)]
	if not unreadable:
		return ok(_("Every stored token and secret can be read."), details={_("Secrets"): len(stored)})
	return problem(
		_("{0} of {1} stored secrets cannot be decrypted: the site has another encryption_key now.").format(
			len(unreadable), len(stored)
		),
		_(
			"Copy encryption_key from the site_config.json with which the site was set up, or enter tokens and secrets "
			"again."
		),
	)


def _stored() -> list[str]:
	"""The app's secrets as stored, encrypted."""
	rows = frappe.db.sql(STORED)
	return [secret for kind, name, secret in rows if kind == name or frappe.db.exists(kind, name)]


def _opens(ciphertext: str) -> bool:
	try:
		Fernet(frappe.conf.encryption_key.encode()).decrypt(ciphertext.encode())
	except (InvalidToken, ValueError):
		return False
	return True


def unlock() -> None:
	"""Raises Skip if secrets cannot be read: only the check of the encryption key reports that."""
	if not frappe.conf.get("encryption_key") or not all(map(_opens, _stored())):
		raise Skip(_("Stored secrets cannot be read; see “{0}”.").format(_("Encryption key")))


def app_secrets() -> list[str]:
	"""The app secrets. Raises Skip if they cannot be read, or if there are none."""
	unlock()
	found = [secret for secret in settings.app_secrets() if secret]
	if not found:
		raise Skip(_("No app secret is entered; see “{0}”.").format(_("App secret")))
	return found


def verify_token() -> str:
	"""The verify token of Meta's handshake. Raises Skip as above."""
	unlock()
	with suppress(frappe.ValidationError):
		if found := settings.verify_token():
			return found
	raise Skip(_("No verify token is entered; see “{0}”.").format(_("Verify token")))
