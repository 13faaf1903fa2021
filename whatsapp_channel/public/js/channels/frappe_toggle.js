// Switching a channel on or off from a form or list of the desk.
import { __ } from "../text.js";
import { question } from "./question.js";

/** Asks in a dialog of the desk, then switches `channel` (a row with name and channel_name) and calls `done`. */
export function askAndSwitch(channel, enabled, done) {
	const { title, texts, action, danger } = question(channel, enabled);
	const options = texts.map((text) => `<p>${frappe.utils.escape_html(text)}</p>`).join("");
	const dialog = new frappe.ui.Dialog({
		title: frappe.utils.escape_html(title),
		fields: [{ fieldname: "question", fieldtype: "HTML", options }],
		primary_action_label: action,
		async primary_action() {
			dialog.hide();
			const args = { channel: channel.name, enabled: enabled ? 1 : 0 };
			await frappe.call({ method: "whatsapp_channel.api.channel.set_enabled", args, freeze: true });
			done();
		},
		secondary_action_label: __("Cancel"),
		secondary_action: () => dialog.hide(),
	});
	if (danger) dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	dialog.show();
}
