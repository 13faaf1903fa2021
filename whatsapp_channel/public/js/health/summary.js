// How it stands, all in all, and how far the checks are.
import { link, make, sign } from "../setup/dom.js";
import { __ } from "../setup/text.js";

const FAULTS = ["PROBLEM", "UNKNOWN", "WARNING"];

/** The card above the list; `again` and `copy` are called by its buttons. */
export class Summary {
	constructor({ again, copy }) {
		this.mark = make("span", { class: "wac-health-mark", "aria-hidden": "true" });
		this.title = make("p", { class: "wac-big" });
		this.detail = make("p", { class: "wac-muted" });
		this.faults = make("ul", { class: "wac-health-faults", "aria-label": __("What needs a look") });
		this.progress = make("progress", { class: "wac-health-progress", "aria-label": __("Progress of the checks") });
		this.again = button(__("Check all again"), "wac-primary", again);
		this.copy = button(__("Copy report"), "", copy);
		this.element = make(
			"section",
			{ class: "wac-card wac-panel wac-health-summary", "aria-label": __("Summary") },
			make(
				"div",
				{ class: "wac-health-verdict", role: "status" },
				this.mark,
				make("div", {}, this.title, this.detail),
			),
			this.progress,
			this.faults,
			make("div", { class: "wac-actions wac-start" }, this.again, this.copy),
		);
	}

	/** `left`: checks that are not made yet; `running`: the title of the one that is being made. */
	tell(rows, left, running) {
		const counts = count(rows);
		this.element.dataset.state = left ? "running" : worst(counts);
		this.progress.hidden = !left;
		this.progress.max = rows.length;
		this.progress.value = rows.length - left;
		// Not `disabled`, which would take the focus away.
		for (const button of [this.again, this.copy]) button.setAttribute("aria-disabled", String(left > 0));
		this.mark.replaceChildren(left ? make("span", { class: "wac-spinner" }) : sign(SIGNS[worst(counts)]));
		this.title.textContent = left
			? __("Checking {0} of {1}", [rows.length - left + 1, rows.length])
			: verdict(counts);
		this.detail.textContent = left ? (running ?? "") : spread(counts);
		this.pointAt(left ? [] : rows.filter(({ result }) => FAULTS.includes(result?.state)));
	}

	/** Links to the rows, the heaviest first. */
	pointAt(rows) {
		rows.sort((one, other) => FAULTS.indexOf(one.result.state) - FAULTS.indexOf(other.result.state));
		this.faults.hidden = !rows.length;
		this.faults.replaceChildren(
			...rows.map((row) =>
				make(
					"li",
					{},
					link(row.title, () => row.comeIntoView()),
				),
			),
		);
	}
}

function button(label, kind, action) {
	const clicked = ({ currentTarget }) => currentTarget.getAttribute("aria-disabled") !== "true" && action();
	return make("button", { type: "button", class: `wac-button ${kind}`, onclick: clicked }, label);
}

const SIGNS = { OK: "ok", WARNING: "warning", PROBLEM: "error" };

function count(rows) {
	const counts = { OK: 0, WARNING: 0, PROBLEM: 0, SKIPPED: 0, UNKNOWN: 0 };
	for (const { result } of rows) if (result) counts[result.state] += 1;
	return counts;
}

function worst(counts) {
	if (counts.PROBLEM || counts.UNKNOWN) return "PROBLEM";
	return counts.WARNING ? "WARNING" : "OK";
}

function verdict({ PROBLEM, WARNING, UNKNOWN }) {
	const found = [];
	if (PROBLEM) found.push(PROBLEM === 1 ? __("1 problem") : __("{0} problems", [PROBLEM]));
	if (WARNING) found.push(WARNING === 1 ? __("1 warning") : __("{0} warnings", [WARNING]));
	if (UNKNOWN) found.push(__("{0} not checked", [UNKNOWN]));
	return found.length ? found.join(", ") : __("All is well");
}

function spread({ OK, SKIPPED }) {
	const words = [__("{0} checks are fine.", [OK])];
	if (SKIPPED) words.push(__("{0} were skipped; each says why.", [SKIPPED]));
	return words.join(" ");
}
