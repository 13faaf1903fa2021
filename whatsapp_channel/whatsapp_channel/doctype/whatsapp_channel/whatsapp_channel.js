frappe.ui.form.on("WhatsApp Channel", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		if (frm.doc.status_reason) {
			frm.dashboard.set_headline(status_text(frm), whatsapp_channel_colour(frm.doc.status));
		}
		add_next_step(frm);
	},
});

function status_text(frm) {
	const text = [frm.doc.status_reason, frm.doc.status_next_step].filter(Boolean).join(" ");
	return frappe.utils.escape_html(text);
}

function add_next_step(frm) {
	if (frm.doc.status === "Setup Incomplete") {
		frm.add_custom_button(__("Open Settings"), () => frappe.set_route("Form", "WhatsApp Channel Settings"));
	}
	if (["Setup Incomplete", "Needs Attention"].includes(frm.doc.status) && frm.doc.number) {
		frm.add_custom_button(__("Open Account"), async () => {
			const { message } = await frappe.db.get_value("WhatsApp Number", frm.doc.number, "account");
			frappe.set_route("Form", "WhatsApp Business Account", message.account);
		});
	}
}

function whatsapp_channel_colour(status) {
	if (["Active", "Trial"].includes(status)) return "green";
	if (["Needs Attention", "Restricted", "Verification Rejected", "Trial Ended"].includes(status)) return "red";
	return status === "Deactivated" ? "gray" : "orange";
}
