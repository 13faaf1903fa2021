// Step 4: the channel, in the order icon, name, number, department; and the two policies.
import { actions, linkButton } from "../components/button.js";
import { facts, notice, paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { choices } from "../components/form.js";
import { __ } from "../text.js";
import { pictureField } from "./picture.js";

/** The view of step 4. */
export function channel(wizard) {
	return wizard.state.channel ? made(wizard, wizard.state.channel) : create(wizard);
}

function create(wizard) {
	const { state } = wizard;
	const about = state.number.name;
	const draft = wizard.drafts.of("channel", about);
	const form = wizard.newForm("channel", draft);
	const chosen = {};
	const save = async () => {
		const { channel_name, department } = form.values();
		await wizard.perform("create_channel", {
			number: about,
			channel_name,
			department,
			icon: draft.icon ?? "",
			trial_policy: chosen.trial.value(),
			credit_policy: chosen.credit.value(),
		});
		wizard.drafts.forget("channel", about);
		wizard.show(null);
		wizard.say(__("The channel is created."));
	};
	const full = state.channels_used >= state.channels_allowed;
	const button = wizard.button(__("Create the channel"), null, {
		submit: true,
		primary: true,
		id: "wac-channel-create",
	});
	return {
		part: `create/${about}`,
		title: __("Configure WhatsApp as a channel"),
		nodes: [
			full ? noRoom(wizard) : null,
			wizard.form(form, [button], save, [...fields(wizard, form, draft), ...policies(wizard, draft, chosen)]),
		],
	};
}

function noRoom(wizard) {
	const { channels_used, channels_allowed } = wizard.state;
	const text = channels_allowed
		? __(
				"There are {0} channels and {1} departments. Add a department, or delete a channel that is no longer needed.",
				[channels_used, channels_allowed],
			)
		: __("A channel belongs to a department, and there is none yet. Add one, then go on here.");
	return notice(
		"warning",
		__("No room for another channel"),
		paragraph(text),
		linkButton(__("Add a department"), () => wizard.host.route("new-department")),
	);
}

function fields(wizard, form, draft) {
	const { number, limits, profile } = wizard.state;
	return [
		pictureField(wizard, form, {
			name: "icon",
			label: __("Icon"),
			help: __("jpg or png, at most 1 MB. Agents see it beside the channel's name."),
			draft,
			most: limits.icon_bytes,
		}),
		form.field({
			name: "channel_name",
			label: __("Channel Name"),
			required: true,
			limit: 140,
			value: profile.display_name ? __("{0} on WhatsApp", [profile.display_name]) : "",
			help: __("Agents see it beside the ticket; customers see it where they can open the ticket."),
		}),
		facts([[__("Phone Number"), make("bdi", {}, number.number)]]),
		departmentField(wizard, form, draft),
	];
}

function departmentField(wizard, form, draft) {
	const { departments, channels_used, channels_allowed } = wizard.state;
	const options = departments.map(({ name }) => ({ value: name, label: name }));
	const pick = options.length === 1 ? options : [{ value: "", label: __("Choose a department") }, ...options];
	const value = options.length === 1 ? options[0].value : "";
	const place = make("div", { id: "wac-department-missing", role: "status" });
	const changed = (chosen) =>
		place.replaceChildren(...missing(departments.find(({ name }) => name === chosen)?.missing));
	const help = __("The team that receives the messages. {0} of {1} possible channels are in use.", [
		channels_used,
		channels_allowed,
	]);
	const field = form.field({
		name: "department",
		label: __("Department"),
		type: "select",
		required: true,
		options: pick,
		value,
		help,
		changed,
	});
	changed(draft.department ?? value);
	return make("div", {}, field, place);
}

/** What is missing in a department and the way out; nothing for nothing. */
function missing(text) {
	return text ? [notice("warning", __("Tickets without an assignee"), paragraph(text))] : [];
}

// -- policies ----------------------------------------------------------------------------------------------------------

function policies(wizard, draft, chosen) {
	const { trial, credit } = wizard.state.policies;
	return [
		make("h3", {}, __("Trial and credits")),
		paragraph(
			__("They apply to all channels of this site and can be changed later in the WhatsApp Channel Settings."),
			"wac-help",
		),
		policy(__("Trial"), "trial", trial, draft, chosen),
		policy(__("Credits"), "credit", credit, draft, chosen),
	];
}

function policy(legend, name, { value, options }, draft, chosen) {
	const rows = options.map((each) => ({ value: each.value, label: each.label, help: each.sentence }));
	chosen[name] = choices({
		legend,
		name,
		options: rows,
		chosen: draft[name] ?? value,
		changed: (each) => (draft[name] = each),
	});
	return chosen[name].element;
}

// -- made --------------------------------------------------------------------------------------------------------------

function made(wizard, present) {
	const chosen = {};
	const draft = wizard.drafts.of("policies");
	const { top: error, fail } = wizard.errorPlace("policies");
	const save = async () => {
		await wizard.performHere("set_policies", { trial: chosen.trial.value(), credit: chosen.credit.value() });
		wizard.drafts.forget("policies");
		wizard.host.toast("success", __("The policies are saved."));
	};
	return {
		part: `made/${present.name}`,
		title: __("The channel {0}", [present.name]),
		nodes: [
			facts([
				[__("Phone Number"), make("bdi", {}, wizard.state.number?.number ?? present.number)],
				[__("Department"), present.department],
				[__("Status"), __(present.status)],
			]),
			...missing(present.department_missing),
			linkButton(__("Open the channel's form"), () =>
				wizard.host.route({ doctype: "WhatsApp Channel", name: present.name }),
			),
			...policies(wizard, draft, chosen),
			error,
			actions([
				wizard.button(__("Save the policies"), save, { fail, id: "wac-policies" }),
				wizard.button(__("Continue"), () => wizard.show(null), { primary: true, id: "wac-next" }),
			]),
		],
	};
}
