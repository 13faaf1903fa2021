frappe.ui.form.on("WhatsApp Delivery", {
	refresh(frm) {
		if (frm.doc.state !== "Failed") return;
		frm.add_custom_button(__("Reprocess"), async () => {
			await frm.call({ method: "reprocess", doc: frm.doc, freeze: true });
			frappe.show_alert({ message: __("It is processed again in a moment."), indicator: "green" });
			frm.reload_doc();
		}).addClass("btn-primary");
	},
});
