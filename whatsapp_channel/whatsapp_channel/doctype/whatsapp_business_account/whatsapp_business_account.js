frappe.ui.form.on("WhatsApp Business Account", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		showState(frm);
		if (!frappe.user.has_role("System Manager")) return;
		addNextStep(frm);
		frm.add_custom_button(__("Check Connection"), () => checkConnection(frm));
		if (frm.doc.subscription !== "Confirmed") {
			frm.add_custom_button(__("Set Up Webhooks"), () => subscribe(frm));
		}
	},
});

function showState(frm) {
	const [word, colour, text] = stateOf(frm.doc);
	frm.page.set_indicator(word, colour);
	if (text) frm.dashboard.set_headline(frappe.utils.escape_html(text), colour);
}

// What is worst comes first.
function stateOf({ access_token, attention_reason, restriction, alert, payment_method, subscription }) {
	if (!access_token) return [__("No Token"), "orange", __("Without an access token nothing can be sent.")];
	if (attention_reason) {
		const waits = __("Needs attention. Replies wait, messages still arrive.");
		return [__("Needs Attention"), "red", `${waits} ${attention_reason}`];
	}
	if (restriction) return [__("Restricted"), "red", restriction];
	if (subscription === "Lost") {
		return [__("Needs Attention"), "red", __("Meta does not post this account's messages here any more.")];
	}
	if (alert) return [__("Connected"), "orange", alert];
	if (payment_method === "Missing") {
		return [
			__("Connected"),
			"orange",
			__("Meta has no payment method for this account: templates cannot be sent."),
		];
	}
	return [__("Connected"), "green", ""];
}

function addNextStep(frm) {
	const broken = !frm.doc.access_token || frm.doc.attention_reason;
	const label = broken ? __("Reconnect") : __("Continue Setup");
	const button = frm.add_custom_button(label, () => openSetup(frm, broken ? "link" : undefined));
	if (broken) button.removeClass("btn-default").addClass("btn-primary");
}

function openSetup(frm, step) {
	frappe.route_options = { account: frm.doc.name, step };
	frappe.set_route("whatsapp-setup");
}

async function subscribe(frm) {
	await frappe.call({
		method: "whatsapp_channel.api.onboarding.subscribe",
		args: { account: frm.doc.name },
		freeze: true,
		freeze_message: __("Asking Meta ..."),
	});
	frappe.show_alert({ message: __("Meta posts the messages of this account here."), indicator: "green" });
	frm.reload_doc();
}

async function checkConnection(frm) {
	const { message } = await frm.call({
		method: "check_connection",
		doc: frm.doc,
		freeze: true,
		freeze_message: __("Asking Meta ..."),
	});
	frappe.show_alert({
		message: __("Connected. Meta calls this account {0}.", [frappe.utils.escape_html(message)]),
		indicator: "green",
	});
	frm.reload_doc();
}
