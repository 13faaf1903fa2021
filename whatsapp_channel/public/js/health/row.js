// One check: its elements stay while their words change, so that the focus stays where it was.
import { badge } from "../components/badge.js";
import { button, setBusy } from "../components/button.js";
import { facts } from "../components/content.js";
import { make } from "../components/dom.js";
import { icon } from "../components/icon.js";
import { __ } from "../text.js";

/** How each state looks: the word, its colour, the icon. UNKNOWN: the check could not be asked for. */
export const LOOKS = {
	OK: { word: () => __("OK"), colour: "green", icon: "ok" },
	WARNING: { word: () => __("Warning"), colour: "orange", icon: "warning" },
	PROBLEM: { word: () => __("Problem"), colour: "red", icon: "error" },
	SKIPPED: { word: () => __("Skipped"), colour: "gray", icon: "info" },
	UNKNOWN: { word: () => __("Not checked"), colour: "red", icon: "unknown" },
};

/** A line of the list; `again` is called by its button. `result` is what the server last said. */
export class Row {
	constructor({ key, title }, again) {
		Object.assign(this, { key, title, result: null });
		const name = `wac-health-${key}`;
		this.mark = make("span", { class: "wac-health-mark", "aria-hidden": "true" });
		this.state = make("span", { class: "wac-health-state" });
		this.words = make("div", { class: "wac-health-words" });
		this.button = button(__("Check again"), again, { label: __("Check again: {0}", [title]) });
		this.element = make(
			"li",
			{ class: "wac-health-row", id: name, "aria-labelledby": `${name}-title` },
			this.mark,
			make(
				"div",
				{ class: "wac-health-main" },
				make("div", { class: "wac-box-head" }, make("h3", { id: `${name}-title` }, title), this.state),
				this.words,
			),
			this.button,
		);
	}

	/** It will be checked; what was found before stays readable. */
	wait() {
		this.stage("waiting", make("span", { class: "wac-health-dot" }), __("Waiting"));
	}

	/** It is being checked. Until then its button moves it to the front. */
	run() {
		this.stage("running", make("span", { class: "wac-spinner" }), __("Checking …"));
		setBusy(this.button, true);
	}

	stage(name, mark, word) {
		this.element.dataset.state = name;
		this.mark.replaceChildren(mark);
		this.state.replaceChildren(make("span", { class: "wac-muted" }, word));
		setBusy(this.button, false);
	}

	/** The result of the server. */
	show(result) {
		this.result = result;
		this.settle(result.state);
		const { reason, fix, details, seconds } = result;
		this.words.replaceChildren(make("p", {}, reason), ...this.advice(fix), ...this.measured(details, seconds));
	}

	/** The check could not be made at all. */
	fail(words) {
		this.result = { state: "UNKNOWN", reason: words, fix: "", details: {}, seconds: 0 };
		this.settle("UNKNOWN");
		this.words.replaceChildren(make("p", {}, words));
	}

	/** Brings the reader here. */
	comeIntoView() {
		this.element.scrollIntoView({ block: "center" });
		this.button.focus({ preventScroll: true });
	}

	settle(state) {
		const look = LOOKS[state] ?? LOOKS.UNKNOWN;
		this.element.dataset.state = state;
		this.mark.replaceChildren(icon(look.icon));
		this.state.replaceChildren(badge(look.word(), look.colour));
		setBusy(this.button, false);
	}

	advice(fix) {
		return fix ? [make("p", { class: "wac-health-fix" }, make("strong", {}, __("What to do:")), " ", fix)] : [];
	}

	measured(details, seconds) {
		const rows = Object.entries(details ?? {});
		if (!rows.length) return [];
		const took = [__("Seconds for the check"), String(seconds)];
		const open = this.words.querySelector("details")?.open ?? false;
		return [
			make(
				"details",
				{ class: "wac-health-details", open },
				make("summary", {}, __("Details")),
				facts([...rows, took].map(([label, value]) => [label, String(value)])),
			),
		];
	}
}
