frappe.ui.form.on("WhatsApp Channel", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		show_status(frm);
		add_next_step(frm);
		add_toggle(frm);
	},
});

function show_status(frm) {
	const { status, status_reason, status_next_step } = frm.doc;
	const colour = frappe.listview_settings["WhatsApp Channel"].get_indicator(frm.doc)[1];
	const text = [status_reason, status_next_step].filter(Boolean).join(" ");
	frm.page.set_indicator(__(status), colour);
	if (text) frm.dashboard.set_headline(frappe.utils.escape_html(text), colour);
}

// -- next step -----------------------------------------------------------------------------------------------------------

const SECURITY_PAGE = "https://business.facebook.com/settings/security";
const WHATSAPP_MANAGER = "https://business.facebook.com/wa/manage/home/";
// By the derived action: the words of the button, and what it does.
const STEPS = {
	"Choose Number": [() => __("Choose Number"), (frm) => open_setup(frm, "number")],
	"Enter Token": [connect_label, (frm) => open_setup(frm, "link")],
	"Set Up Webhook": [() => __("Set Up Receiving"), () => frappe.set_route("Form", "WhatsApp Channel Settings")],
	"Verify Number": [() => __("Verify Number"), (frm) => open_setup(frm, "number")],
	"Register Number": [() => __("Register Number"), (frm) => open_setup(frm, "number")],
	"Verify Business": [() => __("Verify Business at Meta"), () => open_meta(SECURITY_PAGE)],
	"Open Meta": [() => __("Open WhatsApp Manager"), () => open_meta(WHATSAPP_MANAGER)],
	Subscribe: [() => __("Set Up Webhooks"), (frm) => open_setup(frm, "link")],
	Refresh: [() => __("Check Again"), check_again],
	"Send Test": [() => __("Send a Test Message"), (frm) => open_setup(frm)],
};

function add_next_step(frm) {
	const step = STEPS[frm.doc.status_action];
	if (!step || !frappe.user.has_role("System Manager")) return;
	const button = frm.add_custom_button(step[0](frm), () => step[1](frm));
	if (frm.doc.status !== "Active") button.removeClass("btn-default").addClass("btn-primary");
}

function connect_label(frm) {
	return frm.doc.status === "Needs Attention" ? __("Reconnect") : __("Connect Account");
}

async function account_of(frm) {
	if (!frm.doc.number) return null;
	const { message } = await frappe.db.get_value("WhatsApp Number", frm.doc.number, "account");
	return message?.account;
}

async function open_setup(frm, step) {
	frappe.route_options = { account: await account_of(frm), number: frm.doc.number, step };
	frappe.set_route("whatsapp-setup");
}

function open_meta(address) {
	window.open(address, "_blank", "noopener");
}

async function check_again(frm) {
	await frappe.call({
		method: "whatsapp_channel.api.onboarding.refresh",
		args: { account: await account_of(frm) },
		freeze: true,
		freeze_message: __("Asking Meta ..."),
	});
	frm.reload_doc();
}

// -- on and off ----------------------------------------------------------------------------------------------------------

function add_toggle(frm) {
	if (!["System Manager", "Agent Manager"].some((role) => frappe.user.has_role(role))) return;
	const enabled = !frm.doc.enabled;
	const label = enabled ? __("Activate") : __("Deactivate");
	const button = frm.add_custom_button(label, () => toggle(frm, enabled));
	if (enabled) button.removeClass("btn-default").addClass("btn-primary");
}

async function toggle(frm, enabled) {
	await frappe.require("whatsapp_setup.bundle.js");
	window.whatsapp_channel.channels.ask_and_switch(frm.doc, enabled, () => frm.reload_doc());
}
