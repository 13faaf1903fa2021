frappe.listview_settings["WhatsApp Delivery"] = {
	add_fields: ["state"],
	get_indicator(doc) {
		const colours = { Received: "orange", Processed: "green", Failed: "red" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
};
