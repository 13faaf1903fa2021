frappe.listview_settings["WhatsApp Delivery"] = {
	add_fields: ["state"],
	hide_name_column: true,
	get_indicator(doc) {
		const colours = { Received: "orange", Processed: "green", Failed: "red" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
	onload(listview) {
		listview.get_no_result_message = () => `<div class="msg-box no-border">
			<p>${__("No delivery here.")}</p>
			<p class="text-muted">${__(
				"Each webhook of Meta is kept here as it came. When nothing arrives, check callback URL and verify token in WhatsApp Channel Settings, and the webhook's subscription in your Meta app.",
			)}</p>
		</div>`;
		if (!frappe.user.has_role("System Manager")) return;
		listview.page.add_actions_menu_item(__("Reprocess"), async () => {
			const { message } = await frappe.call({
				method: "whatsapp_channel.api.items.reprocess_deliveries",
				args: { names: listview.get_checked_items(true) },
				freeze: true,
			});
			frappe.show_alert({
				message: __("{0} failed deliveries are processed again.", [message]),
				indicator: "blue",
			});
			listview.clear_checked_items();
			listview.refresh();
		});
	},
};
