"""Changes of a site's configuration."""

import json
from pathlib import Path
from typing import Any

import frappe
from frappe._embedded.local import forget_configuration


def update_site_config(key: str, value: Any, **options: Any) -> None:
	"""Write one entry of site_config.json; "None" removes it."""
	path = Path(frappe.local.site_path) / "site_config.json"
	entries = json.loads(path.read_text())
	if value == "None":
		entries.pop(key, None)
	else:
		entries[key] = value
	path.write_text(json.dumps(entries, indent=1))
	frappe.local.conf[key] = value
	forget_configuration()
