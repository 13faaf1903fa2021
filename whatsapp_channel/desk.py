"""Installs the parts of the desk for which Frappe has no files in the app: custom blocks of the workspace."""

import frappe

BLOCK_TYPE = "Custom HTML Block"
BLOCK = "WhatsApp Channels"
ROLES = ("System Manager", "Agent Manager")
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
