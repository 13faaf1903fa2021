frappe.listview_settings["WhatsApp Conversation"] = {
	add_fields: ["state"],
	get_indicator(doc) {
		const colours = { Open: "red", Pending: "orange", Responded: "green", Ended: "gray" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
};
