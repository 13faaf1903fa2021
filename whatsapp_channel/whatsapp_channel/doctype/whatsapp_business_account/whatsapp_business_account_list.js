frappe.listview_settings["WhatsApp Business Account"] = {
	add_fields: ["attention_reason", "access_token"],
	get_indicator(doc) {
		if (!doc.access_token) return [__("No Token"), "orange", "access_token,is,not set"];
		return doc.attention_reason
			? [__("Needs Attention"), "red", "attention_reason,is,set"]
			: [__("Connected"), "green", "attention_reason,is,not set"];
	},
};
