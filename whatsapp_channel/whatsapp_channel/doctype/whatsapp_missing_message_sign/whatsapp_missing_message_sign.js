frappe.ui.form.on("WhatsApp Missing Message Sign", {
	refresh(frm) {
		frm.dashboard.clear_headline();
		const [text, colour] = signStateInWords(frm.doc.state);
		frm.dashboard.set_headline(frappe.utils.escape_html(text), colour);
	},
});

function signStateInWords(state) {
	const texts = {
		Open: [__("A sign that a message never arrived here. The form of the number says what to do about it."), "red"],
		Settled: [__("The message is here by now. There is nothing to do."), "green"],
		Dismissed: [__("An administrator has looked into it. It no longer counts."), "gray"],
	};
	return texts[state] || [__(state), "gray"];
}
