"""Secrets, encrypted with the site's key in table __Auth."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from werkzeug.security import check_password_hash, generate_password_hash

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)


def encrypt(txt: str, encryption_key: str | None = None) -> str:
	"""Fernet with the key of site_config.json."""
	return Fernet(encryption_key or get_encryption_key()).encrypt(txt.encode()).decode()


def decrypt(txt: str, encryption_key: str | None = None, key: str | None = None) -> str:
	"""The reverse of `encrypt`; raises ValidationError if the key is wrong."""
	try:
		return Fernet(encryption_key or get_encryption_key()).decrypt(txt.encode()).decode()
	except InvalidToken:
		return frappe.throw("Encryption key is invalid! Please check site_config.json")


def get_encryption_key() -> str:
	"""The site's key. If this process's copy of the configuration has none, a new key overwrites the one in the file."""
	if "encryption_key" not in frappe.conf:
		from frappe.installer import update_site_config

		update_site_config("encryption_key", Fernet.generate_key().decode())
	return frappe.conf.encryption_key


def get_decrypted_password(
	doctype: str, name: str, fieldname: str = "password", raise_exception: bool = True
) -> str | None:
	"""A stored secret; if there is none, raises ValidationError or returns None."""
	key = {"doctype": doctype, "name": name, "fieldname": fieldname, "encrypted": 1}
	stored = frappe.db.get_value("__Auth", key, "password")
	if stored:
		return decrypt(stored)
	if raise_exception:
		frappe.throw(f"Password not found for {doctype} {name} {fieldname}")
	return None


def set_encrypted_password(doctype: str, name: str, pwd: str, fieldname: str = "password") -> None:
	"""Store a secret."""
	_store(doctype, name, fieldname, encrypt(pwd), 1)


def remove_encrypted_password(doctype: str, name: str, fieldname: str = "password") -> None:
	"""Delete a secret."""
	frappe.db.delete("__Auth", {"doctype": doctype, "name": name, "fieldname": fieldname})


def update_password(
	user: str, pwd: str, doctype: str = "User", fieldname: str = "password", **options: Any
) -> None:
	"""Store the hash of a user's password."""
	_store(doctype, user, fieldname, generate_password_hash(pwd, method="pbkdf2:sha256:50000"), 0)


def check_password(
	user: str, pwd: str, doctype: str = "User", fieldname: str = "password", **options: Any
) -> str:
	"""The user's name; raises AuthenticationError when the password is wrong."""
	key = {"doctype": doctype, "name": user, "fieldname": fieldname, "encrypted": 0}
	stored = frappe.db.get_value("__Auth", key, ["name", "password"], as_dict=True)
	if not stored or not check_password_hash(stored.password, pwd):
		raise frappe.AuthenticationError("Incorrect User or Password")
	return stored.name


def _store(doctype: str, name: str, fieldname: str, password: str, encrypted: int) -> None:
	frappe.db.sql(
		"insert into __Auth (doctype, name, fieldname, password, encrypted) values (%s, %s, %s, %s, %s)"
		" on conflict do update set password = excluded.password, encrypted = excluded.encrypted",
		(doctype, name, fieldname, password, encrypted),
	)
