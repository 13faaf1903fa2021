// The last part of step 3: registering the verified number, with a PIN that Meta keeps as its second factor.
import { paragraph } from "../components/content.js";
import { __ } from "../text.js";

/** The view: registers by itself directly after the code, and asks for the PIN when Meta wants one. */
export function registration(wizard, memory, chosen, other) {
	const form = wizard.newForm("pin", wizard.drafts.of("pin"));
	const field = form.field({
		name: "pin",
		label: __("PIN"),
		type: "password",
		attributes: { inputmode: "numeric", autocomplete: "off", maxlength: "6", class: "wac-input wac-code" },
		help: __(
			"Six digits. Leave it empty for a new number: a PIN is made up and kept encrypted. If the number already has two-step verification, enter its PIN.",
		),
		check: (value) => (/^\d{6}$/.test(value) ? "" : __("The PIN has exactly six digits.")),
	});
	const button = wizard.button(__("Register the number"), null, { submit: true, primary: true, id: "wac-register" });
	const register = () => send(wizard, chosen, form.values().pin);
	const element = wizard.form(form, [other, button], register, [field]);
	const view = {
		part: `register/${chosen.name}`,
		title: __("{0} is verified: register it", [chosen.number]),
		nodes: [
			paragraph(
				__(
					"Registering lets the number send and receive through this site. Meta allows ten registrations of a number in 72 hours.",
				),
			),
			element,
		],
	};
	if (memory.justVerified === chosen.name) atOnce(wizard, memory, form, button, register);
	return view;
}

function atOnce(wizard, memory, form, button, register) {
	memory.justVerified = null;
	// After the drawing, and after what is under way: the code's own button is still busy.
	const begin = () => {
		if (wizard.working) return setTimeout(begin, 50);
		if (button.isConnected) wizard.run(button, register, (error) => form.fail(error));
	};
	setTimeout(begin, 0);
}

async function send(wizard, chosen, pin) {
	await wizard.perform("register", { number: chosen.name, pin });
	wizard.drafts.forget("pin");
	wizard.show(null);
	wizard.say(__("The number is registered."));
}
