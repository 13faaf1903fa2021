frappe.ui.form.on("WhatsApp Number", {
	async refresh(frm) {
		if (frm.is_new()) return;
		frm.dashboard.clear_headline();
		showGap(frm);
		const { message } = await frappe.db.get_value("WhatsApp Channel", { number: frm.doc.name }, "name");
		showState(frm, message?.name);
		addNextStep(frm, message?.name);
	},
});

// The server says both: rules/onboarding/number_choice.py knows the statuses.
function isVerified({ __onload }) {
	return __onload?.is_verified !== false;
}

function isRegistered({ __onload }) {
	return __onload?.is_registered !== false;
}

function showState(frm, channel) {
	const { doc } = frm;
	if (!isVerified(doc))
		return say(frm, __("Not Verified"), "orange", __("Meta has not yet verified that the number is yours."));
	if (!isRegistered(doc))
		return say(
			frm,
			__("Not Registered"),
			"orange",
			__("The number is verified but not yet registered for sending."),
		);
	if (doc.quality_rating === "RED")
		return say(
			frm,
			__("Low Quality"),
			"red",
			__("Many customers block or report this number. Meta may restrict it."),
		);
	if (doc.name_rejection) return say(frm, __("Name Refused"), "orange", doc.name_rejection);
	if (!channel)
		return say(
			frm,
			__("No Channel"),
			"orange",
			__("This number has no channel yet. What customers write to it is kept until there is one."),
		);
	frm.page.set_indicator(__("Verified"), "green");
}

function say(frm, word, colour, text) {
	frm.page.set_indicator(word, colour);
	if (!frm.doc.missing_since) frm.dashboard.set_headline(frappe.utils.escape_html(text), colour);
}

function addNextStep(frm, channel) {
	if (channel) {
		frm.add_custom_button(__("Open Channel"), () => frappe.set_route("Form", "WhatsApp Channel", channel));
	}
	if (!frappe.user.has_role("System Manager")) return;
	const { doc } = frm;
	if (!isVerified(doc)) return setupButton(frm, __("Verify Number"), "number");
	if (!isRegistered(doc)) return setupButton(frm, __("Register Number"), "number");
	if (doc.name_rejection) return setupButton(frm, __("Change Display Name"), "profile");
	if (!channel) return setupButton(frm, __("Create Channel"), "channel");
	frm.add_custom_button(__("Edit Profile"), () => openSetup(frm, "profile"));
}

function setupButton(frm, label, step) {
	frm.add_custom_button(label, () => openSetup(frm, step))
		.removeClass("btn-default")
		.addClass("btn-primary");
}

function openSetup(frm, step) {
	frappe.route_options = { account: frm.doc.account, number: frm.doc.name, step };
	frappe.set_route("whatsapp-setup");
}

function showGap(frm) {
	if (!frm.doc.missing_since) return;
	const since = frappe.datetime.str_to_user(frm.doc.missing_since);
	const texts = [
		__("Messages may be missing since {0}.", [since]),
		__("Signs: {0}.", [frm.doc.missing_evidence]),
		frm.doc.missing_reason,
		__(
			"Was the site down, or restored from a backup? Meta repeats a webhook for seven days: what it still has arrives by itself, and this note goes away. After that ask the customers, or look into the phone if the WhatsApp Business app uses the number too. Another system that sends through this number leaves the same signs.",
		),
	];
	frm.dashboard.set_headline(frappe.utils.escape_html(texts.filter(Boolean).join(" ")), "red");
	frm.add_custom_button(__("Show Signs"), () =>
		frappe.set_route("List", "WhatsApp Missing Message Sign", { number: frm.doc.name, state: "Open" }),
	);
	if (!frappe.user.has_role("System Manager")) return;
	frm.add_custom_button(__("Dismiss"), () =>
		frappe.confirm(__("Have you looked into it? The present signs no longer count; new ones will."), async () => {
			await frappe.call({
				method: "whatsapp_channel.api.items.dismiss_gap",
				args: { number: frm.doc.name },
			});
			frm.reload_doc();
		}),
	);
}
