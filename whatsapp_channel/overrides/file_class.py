"""The class that replaces File on frameworks that cannot extend it by a mixin.

Apps that store files elsewhere replace it as well, and only the last app would win. So `WhatsAppFile` is created on demand,
as a subclass of the class that the site's other apps chose, else of Frappe's.
"""

from functools import cache

import frappe
from frappe.core.doctype.file.file import File

from whatsapp_channel.overrides.file import CustomersFileMixin

NAME = "WhatsAppFile"


def __getattr__(name: str) -> type:
	"""Creates the class. Frappe requests it once per site and process, and again when it reads a document from its cache."""
	if name != NAME:
		raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
	chosen = frappe.get_hooks("override_doctype_class", {}).get("File", [])
	others = [path for path in chosen if path != f"{__name__}.{NAME}"]
	return _over(frappe.get_attr(others[-1]) if others else File)


@cache
def _over(base: type) -> type:
	"""The subclass; the same object each time, so that its documents can be cached."""
	return type(NAME, (CustomersFileMixin, base), {"__module__": __name__, "__doc__": base.__doc__})
