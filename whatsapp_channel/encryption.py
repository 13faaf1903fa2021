"""Makes sure that the site's encryption key exists before anything is encrypted, and that no process replaces it.

Frappe generates a key and writes it over the one in the file if a process finds none in its copy of the site
configuration. Since version 16 web processes cache that copy for 60 seconds. So two first encryptions at the same time lose
one key, and whatever was encrypted with it (tokens, app secrets, PINs) can never be read again. To prevent that,
installation and migration create the key under a lock, and `read_key` checks before each request. That hook runs for every
request of the site, contrary to ADR 0015, but it is only a lookup in a dict. A site whose configuration was restored without
its key gets a new one with the next migration; then the doctor reports that stored secrets cannot be read, and the old key
can still be put back.
"""

import frappe
from frappe.utils.password import get_encryption_key

from whatsapp_channel.database import required_lock

KEY = "encryption_key"
LOCK_SECONDS = 10


def ensure_key() -> None:
	"""Creates the key of a site that has none, only once even if several processes do it at the same time.

	Raises frappe.ValidationError if another process has been at it for too long: without the lock two keys could be made.
	"""
	with required_lock(KEY, LOCK_SECONDS):
		read_key()
		get_encryption_key()


def read_key() -> None:
	"""Before each request: reads the file again if this process's copy has no key."""
	if frappe.conf.get(KEY):
		return
	if found := frappe.get_site_config().get(KEY):
		frappe.conf[KEY] = found
