frappe.ui.form.on("WhatsApp Conversation", {
	refresh(frm) {
		if (frm.doc.ticket) {
			frm.add_custom_button(__("Open Ticket"), () => openTicket(frm.doc.ticket));
		} else if (frm.doc.state !== "Ended") {
			frm.add_custom_button(__("Convert to Ticket"), () => convert(frm)).addClass("btn-primary");
		}
	},
});

async function convert(frm) {
	const { message } = await frappe.call({
		method: "whatsapp_channel.api.conversation.convert_to_ticket",
		args: { conversation: frm.doc.name },
		freeze: true,
	});
	frappe.show_alert({ message: __("Ticket {0} is open.", [message]), indicator: "green" });
	await frm.reload_doc();
}

function openTicket(ticket) {
	window.open(`/helpdesk/tickets/${encodeURIComponent(ticket)}`, "_blank");
}
