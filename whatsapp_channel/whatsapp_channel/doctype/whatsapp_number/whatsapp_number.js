frappe.ui.form.on("WhatsApp Number", {
	async refresh(frm) {
		if (frm.is_new()) return;
		const { message } = await frappe.db.get_value("WhatsApp Channel", { number: frm.doc.name }, "name");
		if (message?.name) {
			frm.add_custom_button(__("Open Channel"), () =>
				frappe.set_route("Form", "WhatsApp Channel", message.name)
			);
		} else {
			frm.dashboard.set_headline(
				__("This number has no channel yet. What customers write to it is kept until there is one."),
				"orange"
			);
			frm.add_custom_button(__("Create Channel"), () =>
				frappe.new_doc("WhatsApp Channel", { number: frm.doc.name })
			).addClass("btn-primary");
		}
	},
});
