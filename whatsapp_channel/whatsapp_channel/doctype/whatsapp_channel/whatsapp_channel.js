frappe.ui.form.on("WhatsApp Channel", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		if (frm.is_new()) return;
		showStatus(frm);
		addNextStep(frm);
		addToggle(frm);
	},
});

function showStatus(frm) {
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
	"Choose Number": [() => __("Choose Number"), (frm) => openSetup(frm, "number")],
	"Enter Token": [connectLabel, (frm) => openSetup(frm, "link")],
	"Set Up Webhook": [() => __("Set Up Receiving"), () => frappe.set_route("Form", "WhatsApp Channel Settings")],
	"Verify Number": [() => __("Verify Number"), (frm) => openSetup(frm, "number")],
	"Register Number": [() => __("Register Number"), (frm) => openSetup(frm, "number")],
	"Verify Business": [() => __("Verify Business at Meta"), () => openMeta(SECURITY_PAGE)],
	"Open Meta": [() => __("Open WhatsApp Manager"), () => openMeta(WHATSAPP_MANAGER)],
	Subscribe: [() => __("Set Up Webhooks"), (frm) => openSetup(frm, "link")],
	Refresh: [() => __("Check Again"), checkAgain],
	"Send Test": [() => __("Send a Test Message"), (frm) => openSetup(frm)],
};

function addNextStep(frm) {
	const step = STEPS[frm.doc.status_action];
	if (!step || !frappe.user.has_role("System Manager")) return;
	const button = frm.add_custom_button(step[0](frm), () => step[1](frm));
	if (frm.doc.status !== "Active") button.removeClass("btn-default").addClass("btn-primary");
}

function connectLabel(frm) {
	return frm.doc.status === "Needs Attention" ? __("Reconnect") : __("Connect Account");
}

async function accountOf(frm) {
	if (!frm.doc.number) return null;
	const { message } = await frappe.db.get_value("WhatsApp Number", frm.doc.number, "account");
	return message?.account;
}

async function openSetup(frm, step) {
	frappe.route_options = { account: await accountOf(frm), number: frm.doc.number, step };
	frappe.set_route("whatsapp-setup");
}

function openMeta(address) {
	window.open(address, "_blank", "noopener");
}

async function checkAgain(frm) {
	await frappe.call({
		method: "whatsapp_channel.api.onboarding.refresh",
		args: { account: await accountOf(frm) },
		freeze: true,
		freeze_message: __("Asking Meta ..."),
	});
	frm.reload_doc();
}

// -- on and off ----------------------------------------------------------------------------------------------------------

function addToggle(frm) {
	if (!["System Manager", "Agent Manager"].some((role) => frappe.user.has_role(role))) return;
	const enabled = !frm.doc.enabled;
	const label = enabled ? __("Activate") : __("Deactivate");
	const button = frm.add_custom_button(label, () => toggle(frm, enabled));
	if (enabled) button.removeClass("btn-default").addClass("btn-primary");
}

async function toggle(frm, enabled) {
	await frappe.require("whatsapp_setup.bundle.js");
	window.whatsapp_channel.channels.askAndSwitch(frm.doc, enabled, () => frm.reload_doc());
}
