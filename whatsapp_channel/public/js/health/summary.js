// How it stands, all in all, and how far the checks are.
import { actions, button, linkButton, setOff } from "../components/button.js";
import { make } from "../components/dom.js";
import { icon } from "../components/icon.js";
import { __ } from "../text.js";

const FAULTS = ["PROBLEM", "UNKNOWN", "WARNING"];
const ICONS = { OK: "ok", WARNING: "warning", PROBLEM: "error" };

/** The card above the list; `again` and `copy` are called by its buttons. */
export class Summary {
	constructor({ again, copy }) {
		this.mark = make("span", { class: "wac-health-mark", "aria-hidden": "true" });
		this.title = make("p", { class: "wac-big" });
		this.detail = make("p", { class: "wac-muted" });
		this.faults = make("ul", { class: "wac-health-faults", "aria-label": __("What needs a look") });
		this.progress = make("progress", { class: "wac-health-progress", "aria-label": __("Progress of the checks") });
		this.again = button(__("Check all again"), again, { primary: true });
		this.copy = button(__("Copy report"), copy);
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
			actions([this.again, this.copy], { start: true }),
		);
	}

	/** `left`: checks that are not made yet; `running`: the title of the one that is being made. */
	tell(rows, left, running) {
		const counts = count(rows);
		this.element.dataset.state = left ? "running" : worst(counts);
		this.progress.hidden = !left;
		this.progress.max = rows.length;
		this.progress.value = rows.length - left;
		for (const each of [this.again, this.copy]) setOff(each, left > 0);
		this.mark.replaceChildren(left ? make("span", { class: "wac-spinner" }) : icon(ICONS[worst(counts)]));
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
					linkButton(row.title, () => row.comeIntoView()),
				),
			),
		);
	}
}

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
