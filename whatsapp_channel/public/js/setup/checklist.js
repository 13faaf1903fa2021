// What Meta asks for before and after: checked by machine where its API answers, linked where it does not.
import { externalLink } from "../components/button.js";
import { make } from "../components/dom.js";
import { icon } from "../components/icon.js";
import { __ } from "../text.js";

const WORDS = { ok: () => __("Ready"), todo: () => __("To do"), unknown: () => __("Please check") };

/** The prerequisites, unfolded if `open` and not all are ready. `remembered` keeps what the user opened or closed. */
export function checklist(items, remembered, openAtFirst) {
	if (!items?.length) return null;
	const ready = items.filter(({ state }) => state === "ok").length;
	const open = remembered.open ?? (openAtFirst && ready < items.length);
	const element = make(
		"details",
		{ class: "wac-card wac-checklist", open },
		make(
			"summary",
			{ id: "wac-checklist" },
			make("span", { class: "wac-summary-title" }, __("What you need")),
			make("span", { class: "wac-muted" }, __("{0} of {1} ready", [ready, items.length])),
		),
		make("ul", {}, items.map(row)),
	);
	element.querySelector("summary").addEventListener("click", () => (remembered.open = !element.open));
	return element;
}

function row({ label, state, detail, url }) {
	return make(
		"li",
		{ class: `wac-check wac-check-${state}` },
		icon(state),
		make(
			"div",
			{},
			make("span", { class: "wac-check-label" }, label),
			make("span", { class: "wac-check-state" }, WORDS[state]?.() ?? state),
			detail ? make("p", { class: "wac-help" }, detail) : null,
			url && state !== "ok" ? externalLink(__("Open at Meta"), url) : null,
		),
	);
}
