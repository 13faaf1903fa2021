frappe.listview_settings["WhatsApp Session Message"] = {
	get_indicator(doc) {
		const colours = {
			Received: "blue",
			Queued: "orange",
			Held: "red",
			Sending: "orange",
			Unconfirmed: "red",
			Accepted: "yellow",
			Sent: "yellow",
			Delivered: "green",
			Read: "green",
			Played: "green",
			Failed: "red",
			Discarded: "grey",
		};
		return [__(doc.status), colours[doc.status], `status,=,${doc.status}`];
	},
};
