// Text in its usual forms.
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { __ } from "../text.js";

/** A paragraph. */
export function paragraph(text, kind = null) {
	return make("p", { class: kind }, text);
}

/** Facts in two columns, [label, value]; rows without a value are left out. */
export function facts(rows) {
	const shown = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
	const pairs = shown.map(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]);
	return make("dl", { class: "wac-facts" }, pairs);
}

/** A box with a message: kind is info, success, warning or error. An error is read aloud at once. */
export function notice(kind, title, ...children) {
	const heading = title ? make("p", { class: "wac-notice-title" }, title) : null;
	const role = kind === "error" ? "alert" : "note";
	return make("div", { class: `wac-notice wac-${kind}`, role }, icon(kind), make("div", {}, heading, children));
}

/** The way to this page, the page itself last. */
export function breadcrumb(parts) {
	const rows = parts.map((part, position) =>
		make("li", { "aria-current": position === parts.length - 1 ? "page" : null }, part),
	);
	return make("nav", { class: "wac-path", "aria-label": __("Where you are") }, make("ol", {}, rows));
}

/** The part that says the same to a screen reader, for what is seen already. Empty at first; see `announce`. */
export function liveRegion() {
	return make("div", { class: "wac-unseen", role: "status", "aria-live": "polite" });
}

/** Has a screen reader say something, also the same once more. */
export function announce(region, text) {
	region.textContent = "";
	setTimeout(() => (region.textContent = text), 50);
}
