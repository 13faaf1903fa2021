frappe.listview_settings["WhatsApp Delivery Item"] = {
	add_fields: ["state", "kind", "error"],
	// What waits for somebody comes first; the rest is a filter away.
	filters: [["state", "in", ["Failed", "Unroutable", "Held", "Pending"]]],
	hide_name_column: true,
	// The reason is what an administrator looks for; the name is a hash.
	formatters: { name: (value, _df, doc) => doc.error || value },
	get_indicator(doc) {
		const colours = {
			Pending: "orange",
			Held: "blue",
			Failed: "red",
			Unroutable: "red",
			Dropped: "gray",
			Processed: "green",
		};
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
	onload(listview) {
		explainEmptyList(listview);
		if (!frappe.user.has_role("System Manager")) return;
		listview.page.add_actions_menu_item(__("Reprocess"), () => reprocessChosen(listview));
		listview.page.add_actions_menu_item(__("Export Payloads as JSON"), () =>
			open_url_post("/api/method/whatsapp_channel.api.items.export", {
				names: listview.get_checked_items(true),
			}),
		);
		listview.page.add_menu_item(__("Reprocess a Time Range"), () => askForRange(listview));
		listview.page.add_menu_item(__("Show What Meta Reported"), () => showOnly(listview, "Error"));
	},
};

function explainEmptyList(listview) {
	listview.get_no_result_message = () => `<div class="msg-box no-border">
		<p>${__("Nothing waits here.")}</p>
		<p class="text-muted">${__(
			"Messages that cannot be filed at once are listed here with the reason: those that are tried again by themselves, those that wait for a channel, and those that need you. Clear the filters to see what is done.",
		)}</p>
	</div>`;
}

function showOnly(listview, kind) {
	listview.filter_area.clear(false).then(() => listview.filter_area.add([[listview.doctype, "kind", "=", kind]]));
}

async function reprocessChosen(listview) {
	const names = listview.get_checked_items(true);
	const { message } = await frappe.call({
		method: "whatsapp_channel.api.items.reprocess_items",
		args: { names },
		freeze: true,
	});
	frappe.show_alert({ message, indicator: "blue" }, 10);
	listview.clear_checked_items();
	listview.refresh();
}

function askForRange(listview) {
	const dialog = new frappe.ui.Dialog({
		title: __("Reprocess a Time Range"),
		fields: [
			{
				fieldname: "states",
				fieldtype: "MultiCheck",
				label: __("State"),
				columns: 2,
				options: ["Failed", "Unroutable", "Held", "Dropped"].map((value) => ({
					label: __(value),
					value,
					checked: ["Failed", "Unroutable"].includes(value),
				})),
			},
			{
				fieldname: "since",
				fieldtype: "Datetime",
				label: __("From"),
				reqd: 1,
				default: `${frappe.datetime.add_days(frappe.datetime.now_date(), -1)} 00:00:00`,
			},
			{
				fieldname: "until",
				fieldtype: "Datetime",
				label: __("Until"),
				reqd: 1,
				default: frappe.datetime.now_datetime(),
			},
		],
		primary_action_label: __("Reprocess"),
		primary_action: (values) => confirmRange(listview, dialog, values),
	});
	dialog.show();
}

async function confirmRange(listview, dialog, { states, since, until }) {
	const args = { states, since, until };
	const { message: count } = await frappe.call({ method: "whatsapp_channel.api.items.count_range", args });
	if (!count) {
		frappe.msgprint(__("No item was kept in this time in these states."));
		return;
	}
	frappe.confirm(__("Try {0} items again?", [count]), async () => {
		dialog.hide();
		const { message } = await frappe.call({
			method: "whatsapp_channel.api.items.reprocess_range",
			args,
			freeze: true,
		});
		frappe.show_alert({ message, indicator: "blue" }, 10);
		listview.refresh();
	});
}
