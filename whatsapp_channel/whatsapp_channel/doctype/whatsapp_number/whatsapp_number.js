frappe.ui.form.on("WhatsApp Number", {
	async refresh(frm) {
		if (frm.is_new()) return;
		frm.dashboard.clear_headline();
		show_gap(frm);
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

function show_gap(frm) {
	if (!frm.doc.missing_since) return;
	const since = frappe.datetime.str_to_user(frm.doc.missing_since);
	const texts = [
		__("Messages may be missing since {0}.", [since]),
		__("Signs: {0}.", [frm.doc.missing_evidence]),
		frm.doc.missing_reason,
		__(
			"Was the site down, or restored from a backup? Meta repeats a webhook for seven days: what it still has arrives by itself, and this note goes away. After that ask the customers, or look into the phone if the WhatsApp Business app uses the number too. Another system that sends through this number leaves the same signs."
		),
	];
	frm.dashboard.set_headline(frappe.utils.escape_html(texts.filter(Boolean).join(" ")), "red");
	frm.add_custom_button(__("Show Signs"), () =>
		frappe.set_route("List", "WhatsApp Delivery Item", { number: frm.doc.name, kind: "Sign", state: "Dropped" })
	);
	if (!frappe.user.has_role("System Manager")) return;
	frm.add_custom_button(__("Dismiss"), () =>
		frappe.confirm(__("Have you looked into it? The present signs no longer count; new ones will."), async () => {
			await frappe.call({
				method: "whatsapp_channel.api.items.dismiss_gap",
				args: { number: frm.doc.name },
			});
			frm.reload_doc();
		})
	);
}
