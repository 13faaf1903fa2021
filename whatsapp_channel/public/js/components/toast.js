// Notices at the edge of a page that has none of its own; Frappe's desk shows its alerts instead.
import { make } from "./dom.js";
import { __ } from "../text.js";

const LASTS = { success: 4000, info: 5000, warning: 8000, error: 12000 }; // milliseconds; what failed takes longer to read

/** Makes the place of the notices in `root`; returns toast(kind, text), kind being success, info, warning or error. */
export function toaster(root) {
	const region = make("div", { class: "wac wac-toasts", role: "status", "aria-live": "polite" });
	root.append(region);
	return (kind, text) => show(region, LASTS[kind] ? kind : "info", text);
}

function show(region, kind, text) {
	const close = make(
		"button",
		{ type: "button", "aria-label": __("Close the notice"), onclick: () => toast.remove() },
		"×",
	);
	const role = kind === "error" ? "alert" : null;
	const toast = make("div", { class: `wac-toast wac-toast-${kind}`, role }, make("span", {}, text), close);
	let timer;
	const stay = () => clearTimeout(timer);
	const go = () => (timer = setTimeout(() => toast.remove(), LASTS[kind]));
	// Nobody has to read against the clock.
	for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stay);
	for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, () => (stay(), go()));
	region.append(toast);
	go();
}
