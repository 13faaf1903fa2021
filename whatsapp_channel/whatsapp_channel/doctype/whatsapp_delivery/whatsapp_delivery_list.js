frappe.listview_settings["WhatsApp Delivery"] = {
	get_indicator(doc) {
		const colours = { Received: "orange", Processed: "green", Failed: "red" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
};
