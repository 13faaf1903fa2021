"""Makes sure that the site's encryption key exists before anything is encrypted, and that no process replaces it.

Frappe generates a key and writes it over the one in the file if a process finds none in its copy of the site
configuration. Since version 16 web processes cache that copy for 60 seconds.
"""

import frappe
from frappe.utils.password import get_encryption_key

from whatsapp_channel.database import named_lock

KEY = "encryption_key"
LOCK_SECONDS = 10


def ensure_key() -> None:
	"""Creates the key of a site that has none, only once even if several processes do it at the same time."""
	with named_lock(KEY, LOCK_SECONDS):
		read_key()
		get_encryption_key()


def read_key() -> None:
	"""Before each request: reads the file again if this process's copy has no key."""
	if frappe.conf.get(KEY):
		return
	if found := frappe.get_site_config().get(KEY):
		frappe.conf[KEY] = found
