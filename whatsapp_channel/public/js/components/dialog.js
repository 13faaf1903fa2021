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
	const element = make("dialog", { class: "wac-dialog", "aria-labelledby": id });
	const closed = new Promise((resolve) => element.addEventListener("close", () => resolve(element.given)));
	const close = (value) => {
		element.given = value;
		element.close();
	};
	const problem = form ?? errorPlace();
	const run = runner({ form, problem, close });
	const buttons = actions.map((each, position) => actionButton(each, run, position === actions.length - 1));
	const submitted = (event) => {
		event.preventDefault();
		if (actions.length) run(buttons.at(-1), actions.at(-1).action);
	};
	element.append(
		make(
			"form",
			{ novalidate: "", onsubmit: submitted },
			make("h2", { id }, title),
			make("div", { class: "wac-dialog-body" }, body),
			problem.top,
			row([button(cancel, () => close()), buttons]),
		),
	);
	element.addEventListener("close", () => element.remove());
	root.append(element);
	element.showModal();
	return { element, close, closed };
}

/** The last action is the form's own: Enter in a field does it. */
function actionButton({ text, action, primary, danger }, run, last) {
	const pressed = last ? null : (made) => run(made, action);
	return button(text, pressed, { primary, danger, submit: last });
}

/** Runs one action of a dialog at a time. */
function runner({ form, problem, close }) {
	let working = false;
	return async (pressed, action) => {
		if (working || (form && !form.check())) return;
		working = true;
		problem.clear();
		setBusy(pressed, true);
		try {
			await action(close);
		} catch (error) {
			problem.fail(error);
		} finally {
			working = false;
			setBusy(pressed, false);
		}
	};
}

/** Asks before something is done; resolves to true only for the button `action`. texts: a paragraph each. */
export async function confirm(root, { title, texts, action, danger }) {
	const yes = { text: action, primary: !danger, danger, action: (close) => close(true) };
	const body = texts.map((text) => paragraph(text));
	const { closed } = openDialog(root, { title, body, cancel: __("Cancel"), actions: [yes] });
	return (await closed) === true;
}
