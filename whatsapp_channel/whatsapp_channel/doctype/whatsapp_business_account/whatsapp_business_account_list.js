frappe.listview_settings["WhatsApp Business Account"] = {
	add_fields: ["attention_reason"],
	get_indicator(doc) {
		return doc.attention_reason
			? [__("Needs Attention"), "red", "attention_reason,is,set"]
			: [__("Connected"), "green", "attention_reason,is,not set"];
	},
};
