"""The site's encryption key exists before anything is encrypted, and no process writes another over it.

Frappe makes a key up, and writes it over the one in the file, when a process finds none in its own copy of the site
configuration. Since version 16 web processes keep that copy for 60 seconds.
"""

import frappe
from frappe.utils.password import get_encryption_key

from whatsapp_channel.database import named_lock

KEY = "encryption_key"
LOCK_SECONDS = 10


def ensure_key() -> None:
	"""Makes the key of a site that has none, once, whoever else does the same."""
	with named_lock(KEY, LOCK_SECONDS):
		read_key()
		get_encryption_key()


def read_key() -> None:
	"""Before each request: looks into the file when this process's copy of it has no key."""
	if frappe.conf.get(KEY):
		return
	if found := frappe.get_site_config().get(KEY):
		frappe.conf[KEY] = found
