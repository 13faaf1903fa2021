// The four steps: done, current, open or blocked with the reason.
import { make, sign } from "./dom.js";
import { __ } from "./text.js";

const WORDS = {
	done: () => __("Done"),
	current: () => __("Current step"),
	open: () => __("Possible now"),
	blocked: () => __("Blocked"),
};

/** A list of buttons; `open` is called with the key of the chosen step. */
export function stepper(steps, shown, open) {
	const rows = steps.map((step, position) => make("li", {}, oneStep(step, position, shown, open)));
	return make("nav", { class: "wac-stepper", "aria-label": __("Steps") }, make("ol", {}, rows));
}

function oneStep(step, position, shown, open) {
	const blocked = step.state === "blocked";
	const mark = { done: sign("done"), blocked: sign("blocked") }[step.state] ?? String(position + 1);
	const words = step.reason && step.state !== "done" ? step.reason : "";
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
			words ? make("span", { class: "wac-step-reason" }, words) : null,
		),
	);
}
