frappe.listview_settings["WhatsApp Number"] = {
	add_fields: ["verification", "registered_on", "meta_status", "quality_rating", "missing_since", "on_business_app"],
	get_indicator(doc) {
		// As in rules/onboarding/number_choice.py: rows come from the database alone.
		const works = ["CONNECTED", "FLAGGED", "RESTRICTED", "RATE_LIMITED", "BANNED"].includes(doc.meta_status);
		const waits = ["PENDING", "DISCONNECTED", "UNVERIFIED", "DELETED", "MIGRATED"].includes(doc.meta_status);
		if (doc.missing_since) return [__("Messages Missing"), "red", "missing_since,is,set"];
		if (!works && ["Not Verified", "Expired"].includes(doc.verification)) {
			return [__("Not Verified"), "orange", "verification,in,Not Verified,Expired"];
		}
		if (waits)
			return [__("Not Registered"), "orange", "meta_status,in,PENDING,DISCONNECTED,UNVERIFIED,DELETED,MIGRATED"];
		if (doc.quality_rating === "RED") return [__("Low Quality"), "red", "quality_rating,=,RED"];
		return [__("Verified"), "green", "verification,not in,Not Verified,Expired"];
	},
};
