// What a page or a list shows when it has nothing else to show.
import { button } from "./button.js";
import { notice, paragraph } from "./content.js";
import { make } from "./dom.js";
import { __, wordsOf } from "../text.js";

/** While the first answer is on its way. */
export function loadingState(text = __("Loading …")) {
	return make("p", { class: "wac-loading", role: "status" }, text);
}

/** Nothing is there yet: what that means (text or nodes), and the way on (a button or link, or nothing). */
export function emptyState({ title, text, action }) {
	const heading = title ? make("h3", {}, title) : null;
	return make("div", { class: "wac-empty" }, heading, text ? make("p", {}, text) : null, action);
}

/** It cannot be shown: what failed (`title`), why (`error`, as thrown by the host), and `retry` behind a button. */
export function errorState({ title, error, retry }) {
	const again = button(__("Try again"), retry, { primary: true });
	return notice("error", title, paragraph(wordsOf(error)), again);
}
