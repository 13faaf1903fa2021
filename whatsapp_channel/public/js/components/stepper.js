// The way through several steps.
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { __ } from "../text.js";

const WORDS = {
	done: () => __("Done"),
	current: () => __("Current step"),
	open: () => __("Possible now"),
	blocked: () => __("Blocked"),
};

/**
 * A list of buttons. steps: [{key, title, state, reason}], state being done, current, open or blocked; shown: the key of the
 * step that is seen; open(key) is called for a chosen step that is not blocked.
 */
export function stepper(steps, shown, open) {
	const rows = steps.map((step, position) => make("li", {}, oneStep(step, position, shown, open)));
	return make("nav", { class: "wac-stepper", "aria-label": __("Steps") }, make("ol", {}, rows));
}

function oneStep(step, position, shown, open) {
	const blocked = step.state === "blocked";
	const mark = ["done", "blocked"].includes(step.state) ? icon(step.state) : String(position + 1);
	const reason = step.reason && step.state !== "done" ? step.reason : null;
	return make(
		"button",
		{
			type: "button",
			id: `wac-step-${step.key}`,
			class: `wac-step wac-step-${step.state}`,
			"aria-current": step.key === shown ? "step" : null,
			"aria-disabled": blocked ? "true" : null,
			onclick: () => !blocked && open(step.key),
		},
		make("span", { class: "wac-step-mark", "aria-hidden": "true" }, mark),
		make(
			"span",
			{ class: "wac-step-words" },
			make("span", { class: "wac-step-title" }, step.title),
			make("span", { class: "wac-step-state" }, WORDS[step.state]?.() ?? step.state),
			reason && make("span", { class: "wac-step-reason" }, reason),
		),
	);
}
