frappe.listview_settings["WhatsApp Delivery Item"] = {
	add_fields: ["state"],
	get_indicator(doc) {
		const colours = {
			Pending: "orange",
			Held: "blue",
			Failed: "red",
			Unroutable: "red",
			Dropped: "gray",
			Processed: "green",
		};
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
};
