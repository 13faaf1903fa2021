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
};
