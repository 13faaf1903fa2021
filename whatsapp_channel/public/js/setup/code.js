// The six-digit code: by text message or voice call, entered, sent again after a visible wait.
import { actions } from "../components/button.js";
import { paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { choices } from "../components/form.js";
import { __ } from "../text.js";

const METHODS = () => [
	{ value: "SMS", label: __("Text message"), help: __("For mobile numbers. Usually within a minute.") },
	{
		value: "VOICE",
		label: __("Voice call"),
		help: __("For landlines, too. A voice says the six digits; nobody may answer with a menu."),
	},
];

/** How the code is to come. */
export function requestForm(wizard, memory, chosen, other) {
	const form = wizard.newForm("request", {});
	const group = choices({
		legend: __("How should Meta send the code?"),
		name: "method",
		options: METHODS(),
		chosen: memory.method ?? "SMS",
		changed: (value) => (memory.method = value),
	});
	const button = wizard.button(__("Send the code"), null, { submit: true, primary: true, id: "wac-code-send" });
	const element = wizard.form(form, [other, button], () => request(wizard, memory, chosen, group.value()), [
		group.element,
	]);
	return {
		part: `request/${chosen.name}`,
		title: __("Verify {0}", [chosen.number]),
		nodes: [
			paragraph(__("Meta sends a code of six digits to this number. It must be at hand now.")),
			waiting(wizard, chosen, button),
			element,
		],
	};
}

async function request(wizard, memory, chosen, method) {
	await wizard.perform("request_code", { number: chosen.name, method });
	memory.method = method;
	wizard.drafts.forget("code");
	wizard.render();
	wizard.say(__("The code is on its way."));
}

/** The six digits. */
export function codeEntry(wizard, memory, chosen, other) {
	const form = wizard.newForm("code", wizard.drafts.of("code"));
	const field = form.field({
		name: "code",
		label: __("Code"),
		required: true,
		attributes: {
			inputmode: "numeric",
			autocomplete: "one-time-code",
			maxlength: "7",
			pattern: "[0-9]*",
			class: "wac-input wac-code",
		},
		help: __("Six digits, without the dash."),
		check: (value) => (/^\d{6}$/.test(bare(value)) ? "" : __("The code has exactly six digits.")),
	});
	const button = wizard.button(__("Verify"), null, { submit: true, primary: true, id: "wac-code-verify" });
	const verify = async () => {
		await wizard.perform("verify_code", { number: chosen.name, code: bare(form.values().code) });
		wizard.drafts.forget("code");
		memory.justVerified = chosen.name;
		wizard.render();
	};
	const byCall = chosen.code_method === "Voice Call" || chosen.code_method === "VOICE";
	const sent = byCall
		? __("Meta is calling {0}. Write down the six digits that you hear.", [chosen.number])
		: __("Meta sent a text message with six digits to {0}.", [chosen.number]);
	return {
		part: `code/${chosen.name}`,
		title: __("Enter the code"),
		nodes: [
			paragraph(sent),
			wizard.form(form, [other, button], verify, [field]),
			again(wizard, memory, chosen, byCall),
		],
	};
}

function bare(code) {
	return code.replace(/[\s-]/g, "");
}

// -- once more ---------------------------------------------------------------------------------------------------------

function again(wizard, memory, chosen, byCall) {
	const same = byCall ? __("Call again") : __("Send it again");
	const methods = byCall ? ["VOICE", "SMS"] : ["SMS", "VOICE"];
	const words = { VOICE: byCall ? same : __("Call instead"), SMS: byCall ? __("Send a text message instead") : same };
	const { top: error, fail } = wizard.errorPlace("again");
	const buttons = methods.map((method) =>
		wizard.button(words[method], () => request(wizard, memory, chosen, method), {
			fail,
			id: `wac-again-${method}`,
		}),
	);
	return make(
		"div",
		{ class: "wac-again" },
		paragraph(__("No code?")),
		actions(buttons, { start: true }),
		waiting(wizard, chosen, ...buttons),
		error,
	);
}

/** Counts the wait down that Meta asks for; the buttons are off until it is over. */
function waiting(wizard, chosen, ...buttons) {
	const line = make("p", { class: "wac-help wac-countdown", role: "timer" });
	const end = Date.now() + (chosen.code_wait_seconds ?? 0) * 1000;
	const memory = wizard.memory("countdown");
	// The state tells the seconds of its own moment; drawing it again must not begin anew.
	if (memory.state !== wizard.state) Object.assign(memory, { state: wizard.state, end });
	const tick = () => {
		const left = Math.ceil((memory.end - Date.now()) / 1000);
		for (const button of buttons) button.disabled = left > 0;
		line.textContent = left > 0 ? __("Possible again in {0}.", [clock(left)]) : "";
		if (left <= 0 || (line.parentNode && !line.isConnected)) clearInterval(timer);
	};
	const timer = setInterval(tick, 1000);
	tick();
	return line;
}

function clock(seconds) {
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
	const two = (value) => String(value).padStart(2, "0");
	return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
