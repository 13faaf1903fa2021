frappe.listview_settings["WhatsApp Number"] = {
	add_fields: ["verification", "registered_on", "meta_status", "quality_rating", "missing_since", "on_business_app"],
	get_indicator(doc) {
		const connected = doc.registered_on || doc.on_business_app || ["CONNECTED", "", null].includes(doc.meta_status);
		if (doc.missing_since) return [__("Messages Missing"), "red", "missing_since,is,set"];
		if (["Not Verified", "Expired"].includes(doc.verification)) {
			return [__("Not Verified"), "orange", "verification,in,Not Verified,Expired"];
		}
		if (!connected) return [__("Not Registered"), "orange", "registered_on,is,not set"];
		if (doc.quality_rating === "RED") return [__("Low Quality"), "red", "quality_rating,=,RED"];
		return [__("Verified"), "green", "verification,not in,Not Verified,Expired"];
	},
};
