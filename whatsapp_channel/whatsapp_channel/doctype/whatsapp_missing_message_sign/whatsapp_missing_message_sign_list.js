frappe.listview_settings["WhatsApp Missing Message Sign"] = {
	add_fields: ["state"],
	filters: [["state", "=", "Open"]],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { Open: "red", Settled: "green", Dismissed: "gray" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
};
