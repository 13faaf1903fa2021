"""What processes of their own do with a site that has no encryption key; started by test_encryption_key."""

import time
from pathlib import Path

import frappe
from frappe.utils.password import encrypt

from whatsapp_channel import encryption

TEXT = "kept"
DEADLINE = 60.0


def make_and_encrypt(folder: str, mark: str) -> None:
	"""Says that it is there, waits for the word, makes the key and leaves something encrypted."""
	(Path(folder) / f"{mark}.ready").touch()
	end = time.monotonic() + DEADLINE
	while not (Path(folder) / "go").exists():
		assert time.monotonic() < end
		time.sleep(0.001)
	assert not frappe.conf.get(encryption.KEY)
	encryption.ensure_key()
	(Path(folder) / f"{mark}.secret").write_text(encrypt(TEXT))


def encrypt_in(file: str) -> None:
	"""As the process that installs the app, or sets it up, does."""
	encryption.ensure_key()
	Path(file).write_text(encrypt(TEXT))
