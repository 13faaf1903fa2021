frappe.ui.form.on("WhatsApp Session Message", {
	refresh(frm) {
		const now = frappe.datetime.now_datetime();
		const missing = (frm.doc.media || []).some(
			(file) => file.state === "Failed" && (file.available_until || "") > now,
		);
		if (!missing) return;
		frm.add_custom_button(__("Fetch again"), async () => {
			const { message } = await frappe.call({
				method: "whatsapp_channel.api.media.fetch_again",
				args: { message: frm.doc.name },
				freeze: true,
				freeze_message: __("Asking WhatsApp for the file ..."),
			});
			const text = frappe.utils.escape_html(message.text);
			frappe.show_alert({ message: text, indicator: message.fetched ? "green" : "orange" });
			frm.reload_doc();
		});
	},
});
