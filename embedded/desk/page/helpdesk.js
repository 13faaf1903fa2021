// What Helpdesk's page gives to form scripts: toast, $dialog, createToast, and the buttons of their actions.
import { make } from "/assets/whatsapp_channel/js/components/dom.js";
import { button } from "/assets/whatsapp_channel/js/components/button.js";
import { openDialog } from "/assets/whatsapp_channel/js/components/dialog.js";
import { icon } from "/assets/whatsapp_channel/js/components/icon.js";
import { plain } from "/assets/whatsapp_channel/js/text.js";

const ICONS = { "message-circle": "chat", "alert-triangle": "alert" };

/** `toast` as scripts call it, toast.error(words), over the page's toast(kind, text). */
export function helpdeskToast(show) {
	const kinds = ["success", "info", "warning", "error"];
	return Object.fromEntries(kinds.map((kind) => [kind, (words) => show(kind, plain(String(words)))]));
}

/** The older way of Helpdesk's scripts to the same. */
export function helpdeskCreateToast(show) {
	return ({ title, text, message, iconClasses }) => {
		const words = [title, text ?? message].filter(Boolean).join(": ");
		show(/red/.test(iconClasses ?? "") ? "error" : "info", plain(words));
	};
}

/** The button of an action: {label, theme, icon or iconLeft, disabled}. */
export function actionButton({ label, theme, icon: named, iconLeft, disabled }) {
	const picture = ICONS[named ?? iconLeft];
	const made = button([picture ? icon(picture) : null, label ?? ""]);
	made.classList.add(`wac-${theme ?? "gray"}`, "wac-tinted");
	made.disabled = Boolean(disabled);
	return made;
}

/** Helpdesk's dialog: title, message, html and actions; `onClick` gets the function that closes it. */
export function $dialog({ title, message, html, actions }) {
	const body = make("div", {}, message ? make("p", {}, message) : null);
	if (html) body.insertAdjacentHTML("beforeend", html); // as Helpdesk's v-html: scripts escape their texts themselves
	openDialog(document.body, {
		title: title ?? "",
		body,
		actions: (actions ?? []).map(({ label, variant, onClick }) => {
			return { text: label, primary: variant === "solid", action: (close) => onClick?.(close) };
		}),
	});
}
