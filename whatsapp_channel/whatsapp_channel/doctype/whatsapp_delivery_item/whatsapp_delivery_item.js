frappe.ui.form.on("WhatsApp Delivery Item", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		const [text, colour] = itemStateInWords(frm.doc);
		frm.dashboard.set_headline(frappe.utils.escape_html(text), colour);
		if (!frappe.user.has_role("System Manager")) return;
		frm.add_custom_button(__("Export as JSON"), () =>
			open_url_post("/api/method/whatsapp_channel.api.items.export", { names: [frm.doc.name] }),
		);
		if (frm.doc.state === "Processed") return;
		const button = frm.add_custom_button(__("Reprocess"), () => reprocessItem(frm));
		if (["Failed", "Unroutable"].includes(frm.doc.state)) button.addClass("btn-primary");
	},
});

async function reprocessItem(frm) {
	const { message } = await frm.call({ method: "reprocess", doc: frm.doc, freeze: true });
	frappe.show_alert({
		message: __("State: {0}", [__(message)]),
		indicator: message === "Processed" ? "green" : "orange",
	});
	frm.reload_doc();
}

function itemStateInWords(doc) {
	if (doc.kind === "Error") {
		return [
			__("Meta reported a problem, see below. No message is lost by it; there is nothing to do here."),
			"gray",
		];
	}
	const texts = {
		Pending: [
			doc.next_attempt
				? __("This is tried again by itself at {0}. Nothing to do for you.", [
						frappe.datetime.str_to_user(doc.next_attempt),
					])
				: __("This is tried again by itself. Nothing to do for you."),
			"orange",
		],
		Held: [
			__("This waits for its channel. Activate the channel, and it is filed in order with its own time."),
			"blue",
		],
		Unroutable: [
			__(
				"This came for a phone number that is not on this site. Add it as a WhatsApp Number, and it is filed; or stop the other system's webhook at Meta.",
			),
			"red",
		],
		Failed: [
			__("This is not tried again by itself. Correct what the error below names, then choose Reprocess."),
			"red",
		],
		Dropped: [__("Nothing is done with this, for the reason below."), "gray"],
		Processed: [__("This is filed."), "green"],
	};
	return texts[doc.state] || [__(doc.state), "gray"];
}
