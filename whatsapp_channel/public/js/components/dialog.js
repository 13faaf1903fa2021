// Dialogs that take the whole attention: questions, and small forms.
import { actions as row, button, setBusy } from "./button.js";
import { paragraph } from "./content.js";
import { freshId, make } from "./dom.js";
import { errorPlace } from "./form.js";
import { __ } from "../text.js";

/**
 * Opens a dialog in `root`, which has the class `wac`. body: nodes; form: the Form whose fields are among them, if any;
 * cancel: the text of the button that only closes. actions: [{text, primary, danger, action(close)}]; Enter in a field does
 * the last. An action may take its time: its button is busy meanwhile, and what it throws is told above the buttons.
 * Returns {element, close(value), closed}: `closed` is a promise of that value, undefined after Escape or `cancel`.
 */
export function openDialog(root, { title, body = [], form, cancel = __("Close"), actions = [] }) {
	const id = freshId("dialog");
	const problem = form ?? errorPlace();
	const element = make("dialog", { class: "wac-dialog", "aria-labelledby": id });
	let given;
	const close = (value) => {
		given = value;
		element.close();
	};
	const run = async (pressed, action) => {
		if (form && !form.check()) return;
		problem.clear();
		setBusy(pressed, true);
		await Promise.resolve(close)
			.then(action)
			.catch((error) => problem.fail(error))
			.finally(() => setBusy(pressed, false));
	};
	const buttons = actions.map(({ text, action, ...looks }, position) => {
		const last = position === actions.length - 1;
		return button(text, last ? null : (pressed) => run(pressed, action), { ...looks, submit: last });
	});
	const submitted = (event) => {
		event.preventDefault();
		const main = buttons.at(-1);
		if (main && main.getAttribute("aria-disabled") !== "true") run(main, actions.at(-1).action);
	};
	const closing = button(cancel, () => close());
	element.append(
		make(
			"form",
			{ novalidate: "", onsubmit: submitted },
			make("h2", { id }, title),
			make("div", { class: "wac-dialog-body" }, body),
			problem.top,
			row([closing, buttons]),
		),
	);
	root.append(element);
	const closed = new Promise((resolve) => element.addEventListener("close", () => resolve(given)));
	element.addEventListener("close", () => element.remove());
	element.showModal();
	return { element, close, closed };
}

/** Asks before something is done; resolves to true only for the button `action`. texts: a paragraph each. */
export async function confirm(root, { title, texts, action, danger }) {
	const yes = { text: action, primary: !danger, danger, action: (close) => close(true) };
	const body = texts.map((text) => paragraph(text));
	const { closed } = openDialog(root, { title, body, cancel: __("Cancel"), actions: [yes] });
	return (await closed) === true;
}
