frappe.ui.form.on("WhatsApp Customer", {
	refresh(frm) {
		const identity = frm.doc.phone || frm.doc.bsuid;
		if (!identity || !frappe.user.has_role("System Manager")) return;
		frm.add_custom_button(__("Export or Erase"), async () => {
			await frappe.require("/assets/whatsapp_channel/js/privacy_dialog.js");
			whatsapp_channel.privacy.open(identity);
		});
	},
});
