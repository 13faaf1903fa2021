"""The class that replaces File's on frameworks that cannot lay a mixin over it.

Apps that store files elsewhere replace it as well, and the last app alone would win. So `WhatsAppFile` is made when it is
asked for: over the class that the other apps of this site chose, else over Frappe's.
"""

from functools import cache

import frappe
from frappe.core.doctype.file.file import File

from whatsapp_channel.overrides.file import CustomersFileMixin

NAME = "WhatsAppFile"


def __getattr__(name: str) -> type:
	"""Frappe asks once for each site of a process, and again when it takes a document out of its cache."""
	if name != NAME:
		raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
	chosen = frappe.get_hooks("override_doctype_class", {}).get("File", [])
	others = [path for path in chosen if path != f"{__name__}.{NAME}"]
	return _over(frappe.get_attr(others[-1]) if others else File)


@cache
def _over(base: type) -> type:
	"""The same class each time, or its documents could not be cached."""
	return type(NAME, (CustomersFileMixin, base), {"__module__": __name__, "__doc__": base.__doc__})
