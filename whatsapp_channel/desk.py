"""Installs the parts of the desk for which Frappe has no files in the app: custom blocks of the workspace."""

import frappe

from whatsapp_channel.doctypes import MODULE

APP = "whatsapp_channel"
BLOCK_TYPE = "Custom HTML Block"
BLOCK = "WhatsApp Channels"
ROLES = ("System Manager", "Agent Manager")
SIDEBAR = "Workspace Sidebar"
ICON = "Desktop Icon"
WORKSPACE = "Instant Messaging"
# Icons by the title of the workspace's card.
_ICONS = {"Setup": "settings", "Conversations": "messages-square", "Operation": "activity"}
_HTML = '<div class="whatsapp-channels"></div>'
# The block is in a shadow root, to which the page's style sheets do not apply.
_SCRIPT = """\
const root = root_element.querySelector(".whatsapp-channels");
for (const name of ["whatsapp_components.bundle.css", "whatsapp_setup.bundle.css"]) {
	const style = document.createElement("link");
	style.rel = "stylesheet";
	style.href = frappe.assets.bundled_asset(name);
	root.before(style);
}
frappe.require("whatsapp_setup.bundle.js", () => {
	const { channels, frappeHost } = window.whatsapp_channel;
	channels.mount(root, frappeHost(), { cards: false, setup: Boolean(frappe.user.has_role("System Manager")) });
});
"""


def make_blocks() -> None:
	"""Writes the custom block with the list of channels, on every migration, where the framework supports such blocks."""
	if not frappe.db.exists("DocType", BLOCK_TYPE):
		return
	if frappe.db.exists(BLOCK_TYPE, BLOCK):
		block = frappe.get_doc(BLOCK_TYPE, BLOCK)
	else:
		block = frappe.new_doc(BLOCK_TYPE)
		block.name = BLOCK
	block.update({"html": _HTML, "script": _SCRIPT, "style": "", "private": 0})
	block.set("roles", [{"role": role} for role in ROLES])
	block.flags.ignore_permissions = True
	block.save()


def delete_blocks() -> None:
	"""Deletes the block when the app is uninstalled."""
	if frappe.db.exists("DocType", BLOCK_TYPE) and frappe.db.exists(BLOCK_TYPE, BLOCK):
		frappe.delete_doc(BLOCK_TYPE, BLOCK, force=True, ignore_permissions=True)


def make_sidebar() -> None:
	"""Writes the workspace's sidebar and desktop icon, which exist since Frappe 16, on every migration.

	Frappe generates them from the workspace's shortcuts, so ours would contain "Home" only. They are not marked as standard,
	because Frappe deletes standard ones without a file, and does not import a file that is older than the generated row.
	"""
	if not (frappe.db.exists("DocType", SIDEBAR) and frappe.db.exists("Workspace", WORKSPACE)):
		return
	workspace = frappe.get_doc("Workspace", WORKSPACE)
	common = {"app": APP, "standard": 0}
	_write(
		SIDEBAR,
		{"title": WORKSPACE, "header_icon": workspace.icon, "module": MODULE, **common},
		items=_items(),
	)
	link = {"link_type": SIDEBAR, "link_to": WORKSPACE, "icon_type": "Link", "icon": workspace.icon}
	_write(ICON, {"label": WORKSPACE, **link, **common}, roles=[{"role": role} for role in ROLES])


def _write(doctype: str, values: dict[str, object], **tables: list[dict[str, object]]) -> None:
	"""Inserts or updates the document with the workspace's name."""
	known = frappe.db.exists(doctype, WORKSPACE)
	document = frappe.get_doc(doctype, WORKSPACE) if known else frappe.new_doc(doctype)
	document.update(values)
	for field, rows in tables.items():
		document.set(field, rows)
	document.flags.ignore_permissions = True
	document.save()


def _items() -> list[dict[str, object]]:
	"""The workspace itself, then the links of its cards."""
	home = {"type": "Link", "label": "Home", "link_type": "Workspace", "link_to": WORKSPACE, "icon": "home"}
	links = frappe.get_all(
		"Workspace Link",
		{"parent": WORKSPACE, "parenttype": "Workspace", "hidden": 0},
		["type", "label", "link_type", "link_to"],
		order_by="idx",
	)
	return [home, *(_heading(each.label) if each.type == "Card Break" else _link(each) for each in links)]


def _heading(label: str) -> dict[str, object]:
	return {"type": "Section Break", "label": label, "icon": _ICONS.get(label), "indent": 1, "collapsible": 1}


def _link(row: "frappe._dict") -> dict[str, object]:
	target = {"link_type": row.link_type, "link_to": row.link_to}
	return {"type": "Link", "label": row.label, "child": 1, "collapsible": 1, **target}


def delete_sidebar() -> None:
	"""Deletes sidebar and icon, and users' copies of them, when the app is uninstalled."""
	if not frappe.db.exists("DocType", SIDEBAR):
		return
	for doctype in (ICON, SIDEBAR):
		for name in frappe.get_all(doctype, or_filters={"app": APP, "name": WORKSPACE}, pluck="name"):
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)
