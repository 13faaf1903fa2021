frappe.ui.form.on("WhatsApp Channel Settings", {
	refresh(frm) {
		showWebhookAddress(frm);
		showSetupState(frm);
		frm.add_custom_button(__("Export or Erase a Person"), async () => {
			await frappe.require("/assets/whatsapp_channel/js/privacy_dialog.js");
			whatsapp_channel.privacy.open();
		});
	},
});

function showWebhookAddress(frm) {
	const url = frm.doc.__onload?.webhook_url || "";
	const field = frm.get_field("webhook_html");
	field.$wrapper.html(`
		<label class="control-label">${__("Callback URL")}</label>
		<div class="flex align-items-center mb-2">
			<code class="mr-2">${frappe.utils.escape_html(url)}</code>
			<button class="btn btn-xs btn-default" type="button">${__("Copy")}</button>
		</div>
		<p class="help-box small text-muted">
			${__("Enter it, with the verify token, under WhatsApp > Configuration in your Meta app, and subscribe to the fields {0}.", [inBold("messages", "user_preferences")])}
			${__("If colleagues go on using the WhatsApp Business app beside this channel, also subscribe to {0}.", [inBold("smb_message_echoes", "history", "smb_app_state_sync")])}
		</p>`);
	field.$wrapper.find("button").on("click", () => frappe.utils.copy_to_clipboard(url));
}

function inBold(...fields) {
	return fields.map((field) => `<b>${field}</b>`).join(", ");
}

function showSetupState(frm) {
	frm.dashboard.clear_headline();
	if (!(frm.doc.app_secrets || []).length) {
		frm.dashboard.set_headline(
			__("No app secret is configured: every webhook is refused, and no message can arrive."),
			"red",
		);
	} else if (!frm.doc.verify_token) {
		frm.dashboard.set_headline(__("No verify token is set: Meta cannot verify the callback URL."), "orange");
	}
}
