// Buttons and links.
import { make } from "./dom.js";

/**
 * A button; `action(button)` is called by a click unless it is busy or off. options: primary, danger, large (looks), submit
 * (it sends its form), id, label (its name, where the text alone is not enough).
 */
export function button(text, action, { primary, danger, large, submit, id, label } = {}) {
	const looks = { "wac-danger": danger, "wac-primary": primary && !danger, "wac-large": large };
	const kind = ["wac-button", ...Object.keys(looks).filter((look) => looks[look])].join(" ");
	const made = make("button", { type: submit ? "submit" : "button", class: kind, id, "aria-label": label }, text);
	if (action) made.addEventListener("click", () => isOff(made) || action(made));
	return made;
}

/** Off without `disabled`, which would take the focus away. */
export function setOff(element, off) {
	if (off) element.setAttribute("aria-disabled", "true");
	else element.removeAttribute("aria-disabled");
}

/** Off, and shows that something is under way. */
export function setBusy(element, busy) {
	setOff(element, busy);
	if (busy) element.setAttribute("aria-busy", "true");
	else element.removeAttribute("aria-busy");
}

function isOff(element) {
	return element.getAttribute("aria-disabled") === "true";
}

/** A button that looks like a link. */
export function linkButton(text, action, { id } = {}) {
	return make("button", { type: "button", class: "wac-link", id, onclick: action }, text);
}

/** A link to a page elsewhere, in a window of its own. */
export function externalLink(text, href) {
	const arrow = make("span", { "aria-hidden": "true" }, " ↗");
	return make("a", { class: "wac-link", href, target: "_blank", rel: "noopener noreferrer" }, text, arrow);
}

/** A row of buttons and links, the main one last. start: at the beginning of the line. */
export function actions(buttons, { start } = {}) {
	return make("div", { class: start ? "wac-actions wac-start" : "wac-actions" }, buttons);
}
