// Step 3: choose a number of the account or add one, prove that it is yours, register it.
import { badge } from "../components/badge.js";
import { actions, linkButton } from "../components/button.js";
import { facts, notice, paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { choices } from "../components/form.js";
import { errorState, loadingState } from "../components/states.js";
import { __ } from "../text.js";
import { codeEntry, requestForm } from "./code.js";
import { registration } from "./registration.js";

/** The view of step 3. */
export function number(wizard) {
	const memory = wizard.memory("number");
	const chosen = wizard.state.number;
	if (!chosen || memory.choosing) return choose(wizard, memory, chosen);
	const other = linkButton(__("Use another number"), () => openChoice(wizard, memory));
	if (chosen.ready || chosen.on_business_app) return ready(wizard, chosen, other);
	if (chosen.verification === "Verified") return registration(wizard, memory, chosen, other);
	if (chosen.code_requested_on) return codeEntry(wizard, memory, chosen, other);
	return requestForm(wizard, memory, chosen, other);
}

/** Leads to the list of numbers, from wherever the wizard is. */
export function openChoice(wizard, memory) {
	Object.assign(memory, { choosing: true, list: null, problem: null });
	wizard.show("number");
}

// -- the list ----------------------------------------------------------------------------------------------------------

function choose(wizard, memory, chosen) {
	const account = wizard.state.account.name;
	if (memory.account !== account)
		Object.assign(memory, { account, list: null, problem: null, chosen: null, adding: false });
	if (!memory.list && !memory.problem) load(wizard, memory, account);
	return {
		part: `choose/${account}`,
		title: __("Choose the number that customers write to"),
		nodes: [
			chosen ? linkButton(__("Back to {0}", [chosen.number]), () => back(wizard, memory)) : null,
			memory.problem ? notTold(wizard, memory) : null,
			memory.list ? numbers(wizard, memory) : null,
			!memory.list && !memory.problem ? loadingState(__("Asking Meta for the numbers of the account …")) : null,
			memory.list ? adding(wizard, memory) : null,
		],
	};
}

function back(wizard, memory) {
	memory.choosing = false;
	wizard.render();
}

async function load(wizard, memory, account) {
	if (memory.loading) return;
	memory.loading = true;
	try {
		memory.list = (await wizard.call("numbers", { account })).numbers;
	} catch (error) {
		memory.problem = error;
	}
	memory.loading = false;
	wizard.render();
}

function notTold(wizard, memory) {
	const retry = () => openChoice(wizard, memory);
	return errorState({ title: __("Meta did not tell the numbers"), error: memory.problem, retry });
}

function numbers(wizard, memory) {
	if (!memory.list.length)
		return notice(
			"info",
			__("The account has no number yet"),
			paragraph(__("Add one below. It must be able to receive a text message or a call.")),
		);
	const options = memory.list.map((each) => ({
		value: each.phone_number_id,
		label: label(each),
		help: each.eligible ? each.name : each.why,
		disabled: !each.eligible,
	}));
	const first = memory.list.find((each) => each.chosen && each.eligible) ?? memory.list.find((each) => each.eligible);
	const value = memory.chosen ?? first?.phone_number_id;
	const group = choices({
		legend: __("Numbers of the account"),
		name: "number",
		options,
		chosen: value,
		changed: (each) => (memory.chosen = each),
	});
	const { top: error, fail } = wizard.errorPlace("use");
	const use = () =>
		settle(wizard, memory, "choose_number", { account: memory.account, phone_number_id: group.value() });
	const button = first
		? wizard.button(__("Use this number"), use, { primary: true, fail, id: "wac-number-use" })
		: null;
	return make("div", {}, group.element, error, actions([button]));
}

function label({ number, channel, verified: isVerified, eligible }) {
	const verified = isVerified
		? badge(__("Verified"), "green")
		: eligible
			? badge(__("To be verified"), "orange")
			: null;
	return make(
		"span",
		{ class: "wac-choice-label" },
		make("bdi", {}, number),
		channel ? badge(__("Channel {0}", [channel]), "gray") : verified,
	);
}

async function settle(wizard, memory, method, args) {
	await wizard.perform(method, args);
	Object.assign(memory, { choosing: false, list: null, chosen: null, adding: false });
	wizard.drafts.forget("number");
	wizard.show(wizard.state.current === "done" ? "number" : null);
}

function adding(wizard, memory) {
	const form = wizard.newForm("number", wizard.drafts.of("number"));
	const field = form.field({
		name: "number",
		label: __("Phone Number"),
		type: "tel",
		required: true,
		attributes: { autocomplete: "tel", placeholder: "+55 11 91234-5678" },
		help: __(
			"With + and the country code. Not a number that is active in the WhatsApp or WhatsApp Business app: delete it there first (Settings > Account > Delete account).",
		),
	});
	const add = () => settle(wizard, memory, "add_number", { account: memory.account, ...form.values() });
	const button = wizard.button(__("Add this number"), null, {
		submit: true,
		id: "wac-number-add",
		primary: !memory.list.some((each) => each.eligible),
	});
	const open = memory.adding || !memory.list.some((each) => each.eligible);
	const element = make(
		"details",
		{ class: "wac-more", open },
		make("summary", { id: "wac-number-new" }, __("Add a new number")),
		wizard.form(form, [button], add, [field]),
	);
	element.addEventListener("toggle", () => (memory.adding = element.open));
	return element;
}

// -- ready -------------------------------------------------------------------------------------------------------------

function ready(wizard, chosen, other) {
	const { top: error, fail } = wizard.errorPlace("ready");
	const next =
		wizard.state.current === "number"
			? null
			: wizard.button(__("Continue"), () => wizard.show(wizard.state.current === "done" ? "channel" : null), {
					primary: true,
					id: "wac-next",
				});
	return {
		part: `ready/${chosen.name}`,
		title: chosen.ready ? __("{0} is ready", [chosen.number]) : __("{0} is not connected yet", [chosen.number]),
		nodes: [
			chosen.on_business_app ? shared(chosen) : null,
			facts([
				[__("Display name"), chosen.display_name || chosen.requested_name],
				[__("Verification"), chosen.verification ? __(chosen.verification) : __("Not Verified")],
				[__("Status at Meta"), chosen.meta_status],
				[__("Quality"), chosen.quality],
				[__("Messaging limit"), chosen.messaging_limit],
				[__("Channel"), chosen.channel],
			]),
			error,
			actions([
				other,
				wizard.button(
					__("Ask Meta again"),
					() => wizard.performHere("refresh", { account: wizard.state.account.name }),
					{ fail, id: "wac-refresh" },
				),
				next,
			]),
		],
	};
}

function shared({ ready }) {
	const goesOn = __("Colleagues may go on answering there. The number needs no code and no registration here.");
	const unfinished = __(
		"Open the app on its phone and finish the connection there, then ask Meta again. The number needs no code and no registration here.",
	);
	return notice(
		ready ? "info" : "warning",
		__("Also in the WhatsApp Business app"),
		paragraph(ready ? goesOn : unfinished),
	);
}
