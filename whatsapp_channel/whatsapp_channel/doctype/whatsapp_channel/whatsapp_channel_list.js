frappe.listview_settings["WhatsApp Channel"] = {
	add_fields: ["status", "enabled"],
	get_indicator(doc) {
		const colours = {
			Active: "green",
			Trial: "green",
			"Needs Attention": "red",
			Restricted: "red",
			"Verification Rejected": "red",
			"Trial Ended": "red",
			Deactivated: "gray",
		};
		return [__(doc.status), colours[doc.status] || "orange", `status,=,${doc.status}`];
	},
	onload(listview) {
		if (!frappe.user.has_role("System Manager")) return;
		listview.page.add_inner_button(__("Integrate"), () => frappe.set_route("whatsapp-setup"));
	},
	button: {
		show: () => ["System Manager", "Agent Manager"].some((role) => frappe.user.has_role(role)),
		get_label: (doc) => (doc.enabled ? __("Deactivate") : __("Activate")),
		get_description: (doc) => (doc.enabled ? __("Deactivate {0}?", [doc.name]) : __("Activate {0}?", [doc.name])),
		async action(doc) {
			await frappe.require("whatsapp_setup.bundle.js");
			const named = { name: doc.name, channel_name: doc.name };
			window.whatsapp_channel.channels.askAndSwitch(named, !doc.enabled, () => cur_list.refresh());
		},
	},
};
