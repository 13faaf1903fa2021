frappe.ui.form.on("WhatsApp Business Account", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		if (frm.doc.attention_reason) {
			frm.dashboard.set_headline(
				`${__("Needs attention. Replies wait, messages still arrive.")} ${frappe.utils.escape_html(
					frm.doc.attention_reason
				)}`,
				"red"
			);
		}
		frm.add_custom_button(__("Check Connection"), () => check_connection(frm));
		frm.add_custom_button(__("Add Number"), () =>
			frappe.new_doc("WhatsApp Number", { account: frm.doc.name })
		);
	},
});

async function check_connection(frm) {
	const { message } = await frm.call({
		method: "check_connection",
		doc: frm.doc,
		freeze: true,
		freeze_message: __("Asking Meta ..."),
	});
	frappe.show_alert({
		message: __("Connected. Meta calls this account {0}.", [frappe.utils.escape_html(message)]),
		indicator: "green",
	});
	frm.reload_doc();
}
