frappe.provide("whatsapp_channel.privacy");

// In a function of its own: its helpers have short names, and the desk's are global.
(function () {
	// What there is about a person, and what can be done with it. `number`: a phone number or user id, or nothing.
	whatsapp_channel.privacy.open = function (number) {
		const dialog = new frappe.ui.Dialog({
			title: __("Export or Erase a Person"),
			size: "large",
			fields: [
				{
					fieldname: "number",
					fieldtype: "Data",
					label: __("Phone Number or User ID"),
					description: __("With + and the country code. Every usual spelling is found."),
					reqd: 1,
					default: number,
				},
				{ fieldname: "found", fieldtype: "HTML" },
			],
			primary_action_label: __("Find"),
			primary_action: () => find(dialog),
		});
		dialog.add_custom_action(__("Export"), () => exportPerson(dialog), "whatsapp-export hidden");
		dialog.add_custom_action(__("Erase ..."), () => confirmErasure(dialog), "whatsapp-erase btn-danger hidden");
		dialog.show();
		dialog.get_field("number").$input.on("input", () => forget(dialog));
		if (number) dialog.set_value("number", number).then(() => find(dialog));
		return dialog;
	};

	function call(method, args) {
		return frappe
			.call({ method: `whatsapp_channel.api.privacy.${method}`, type: "POST", args, freeze: true })
			.then(({ message }) => message);
	}

	// What is shown is about the number that was asked for, and so are the buttons.
	function forget(dialog) {
		dialog.found = dialog.asked = null;
		dialog.get_field("found").$wrapper.empty();
		dialog.$wrapper.find(".whatsapp-export, .whatsapp-erase").addClass("hidden");
	}

	async function find(dialog, customers) {
		const args = { phone: dialog.get_value("number") };
		if (customers) args.customers = customers;
		forget(dialog);
		const found = await call("find", args);
		dialog.found = found;
		dialog.asked = args.phone;
		dialog.get_field("found").$wrapper.html(summary(found));
		dialog.$wrapper.find(".whatsapp-export, .whatsapp-erase").removeClass("hidden");
		dialog.$wrapper.find("input[data-customer]").on("change", () => find(dialog, chosen(dialog)));
	}

	function chosen(dialog) {
		const boxes = dialog.$wrapper.find("input[data-customer]:checked").toArray();
		return boxes.map((box) => box.dataset.customer);
	}

	function summary(found) {
		const earlier = found.earlier.map((each) => `<li>${text(each.on)}, ${text(each.by)}: ${text(each.text)}</li>`);
		return `
			${people(found.customers)}
			<table class="table table-sm table-bordered"><tbody>${counts(found).map(row).join("")}</tbody></table>
			${earlier.length ? `<b>${__("Earlier Exports and Erasures")}</b><ul class="small">${earlier.join("")}</ul>` : ""}`;
	}

	function people(customers) {
		if (!customers.length) {
			return `<p class="text-muted">${__("No customer has or had this number. Contacts and stored webhooks may.")}</p>`;
		}
		return customers.map((customer) => `<div class="checkbox"><label>${oneOf(customer)}</label></div>`).join("");
	}

	function oneOf(customer) {
		const until = customer.until ? ` · ${__("had this number until {0}", [text(customer.until)])}` : "";
		const about = __("{0} messages", [customer.messages]);
		return `<input type="checkbox" data-customer="${text(customer.name)}" ${customer.chosen ? "checked" : ""}>
			<b>${text(customer.profile_name)}</b> ${text(customer.phone || "")}
			<span class="text-muted">· ${__("account {0}", [text(customer.account)])} · ${about}${until}</span>`;
	}

	function counts(found) {
		const known = found.deliveries === null ? __("counted while erasing") : found.deliveries;
		return [
			[__("Messages"), found.messages],
			[__("Files"), found.files],
			[__("Tickets of this person only"), listed(found.tickets)],
			[__("Tickets shared with others"), listed(found.shared_tickets)],
			[__("Entries in tickets"), found.communications],
			[__("Contacts"), listed(found.contacts)],
			[__("Stored webhooks"), known],
		];
	}

	function listed(names) {
		return names.length
			? `${names.length} (${names.slice(0, 10).map(text).join(", ")}${names.length > 10 ? " …" : ""})`
			: 0;
	}

	function row([label, value]) {
		return `<tr><td>${label}</td><td>${value}</td></tr>`;
	}

	function text(value) {
		return frappe.utils.escape_html(String(value));
	}

	async function exportPerson(dialog) {
		const started = await call("export", { phone: dialog.asked, customers: chosen(dialog) });
		dialog.hide();
		listen();
		frappe.show_alert({ message: started.text, indicator: "blue" });
	}

	function confirmErasure(dialog) {
		const sure = new frappe.ui.Dialog({
			title: __("Erase This Person?"),
			fields: [
				{ fieldname: "warning", fieldtype: "HTML", options: warning(dialog.found) },
				{
					fieldname: "confirmation",
					fieldtype: "Data",
					label: __("Enter the Number or User ID Once More"),
					reqd: 1,
				},
			],
			primary_action_label: __("Erase for Good"),
			primary_action: ({ confirmation }) => erase(dialog, sure, confirmation),
		});
		sure.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
		sure.show();
	}

	function warning(found) {
		const what = __(
			"{0} messages, {1} files, {2} ticket entries and {3} contacts are erased. This cannot be undone.",
			[found.messages, found.files, found.communications, found.contacts.length],
		);
		const stays = __(
			"Tickets stay as empty shells with their times, for statistics. A contact with an e-mail address or another number loses this number only. Backups are not changed.",
		);
		return `<p><b>${what}</b></p><p class="text-muted">${stays}</p>
			<table class="table table-sm table-bordered"><tbody>${counts(found).map(row).join("")}</tbody></table>`;
	}

	async function erase(dialog, sure, confirmation) {
		const started = await call("erase", { phone: dialog.asked, confirmation, customers: chosen(dialog) });
		sure.hide();
		dialog.hide();
		listen();
		frappe.show_alert({ message: started.text, indicator: "orange" });
	}

	// Once per page: the answer of the job comes when it is done, wherever the user is by then.
	function listen() {
		if (whatsapp_channel.privacy.listening) return;
		whatsapp_channel.privacy.listening = true;
		frappe.realtime.on("whatsapp_privacy", showOutcome);
	}

	function showOutcome(outcome) {
		frappe.hide_progress();
		if (outcome.failed) {
			frappe.msgprint({ title: __("Not Finished"), message: text(outcome.failed), indicator: "red" });
		} else if (outcome.file_url) {
			const link = `<a href="${text(outcome.file_url)}">${__("Download")}</a>`;
			const note = __("Only you can open it, and it is deleted after a day.");
			frappe.msgprint({
				title: __("Exported {0}", [text(outcome.number)]),
				message: `${link}<br>${note}`,
				indicator: "green",
			});
		} else {
			frappe.msgprint({
				title: __("Erased {0}", [text(outcome.number)]),
				message: report(outcome.report),
				indicator: "green",
			});
		}
	}

	function report(done) {
		const rows = [
			[__("Messages"), done.messages],
			[__("Files"), done.files],
			[__("Tickets"), done.tickets],
			[__("Contacts deleted"), done.contacts_deleted],
			[__("Contacts that stay, without the number"), done.contacts_kept],
			[__("Stored webhooks"), done.deliveries],
			[__("Rows of logs"), done.logs],
		];
		const elsewhere = Object.entries(done.elsewhere).map(
			([doctype, count]) => `<li>${text(__(doctype))}: ${count}</li>`,
		);
		const rest = elsewhere.length
			? `<p>${__("The number also appears in records that this channel does not change:")}</p><ul>${elsewhere.join("")}</ul>`
			: `<p>${__("No other record of this site mentions the number.")}</p>`;
		return `<table class="table table-sm table-bordered"><tbody>${rows.map(row).join("")}</tbody></table>${rest}`;
	}
})();
