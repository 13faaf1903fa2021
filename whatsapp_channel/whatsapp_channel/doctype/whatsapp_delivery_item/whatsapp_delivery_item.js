frappe.ui.form.on("WhatsApp Delivery Item", {
	refresh(frm) {
		if (frm.doc.state === "Processed") return;
		frm.add_custom_button(__("Reprocess"), async () => {
			const { message } = await frm.call({ method: "reprocess", doc: frm.doc, freeze: true });
			frappe.show_alert({
				message: __("State: {0}", [__(message)]),
				indicator: message === "Processed" ? "green" : "orange",
			});
			frm.reload_doc();
		}).addClass("btn-primary");
	},
});
