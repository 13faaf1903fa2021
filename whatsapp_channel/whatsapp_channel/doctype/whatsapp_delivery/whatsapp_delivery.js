frappe.ui.form.on("WhatsApp Delivery", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		const texts = {
			Received: [
				__("This is processed in a moment. If it stays like this, no background worker is running."),
				"orange",
			],
			Processed: [__("Every item of this delivery is filed or listed under Delivery Items."), "green"],
			Failed: [
				__(
					"This delivery was given up. Correct what the error names, then choose Reprocess: nothing is filed twice.",
				),
				"red",
			],
		};
		frm.dashboard.set_headline(...(texts[frm.doc.state] || [__(frm.doc.state), "gray"]));
		if (frm.doc.state !== "Failed" || !frappe.user.has_role("System Manager")) return;
		frm.add_custom_button(__("Reprocess"), async () => {
			await frm.call({ method: "reprocess", doc: frm.doc, freeze: true });
			frappe.show_alert({ message: __("It is processed again in a moment."), indicator: "green" });
			frm.reload_doc();
		}).addClass("btn-primary");
	},
});
