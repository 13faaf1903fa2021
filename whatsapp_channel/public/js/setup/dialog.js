// A question that has to be answered before something is done.
import { make } from "./dom.js";
import { __ } from "./text.js";

/** Asks in a dialog; resolves to true only for the button `action`. */
export function confirm(root, { title, texts, action, danger }) {
	return new Promise((resolve) => {
		const sure = make(
			"button",
			{ type: "submit", value: "yes", class: `wac-button ${danger ? "wac-danger" : "wac-primary"}` },
			action,
		);
		const dialog = make(
			"dialog",
			{ class: "wac-dialog", "aria-labelledby": "wac-dialog-title" },
			make(
				"form",
				{ method: "dialog" },
				make("h2", { id: "wac-dialog-title" }, title),
				texts.map((text) => make("p", {}, text)),
				make(
					"div",
					{ class: "wac-actions" },
					make("button", { type: "submit", value: "no", class: "wac-button" }, __("Cancel")),
					sure,
				),
			),
		);
		dialog.addEventListener("close", () => {
			dialog.remove();
			resolve(dialog.returnValue === "yes");
		});
		root.append(dialog);
		dialog.showModal();
	});
}
