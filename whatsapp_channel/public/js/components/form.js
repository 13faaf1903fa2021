// A form whose words outlive a page that is drawn again, with each error beside its field.
import { actions } from "./button.js";
import { notice } from "./content.js";
import { freshId, make } from "./dom.js";
import { __, wordsOf } from "../text.js";

const TOP = ""; // the error that belongs to no field
// Numbers, addresses and secrets are written from left to right in every language.
const LEFT_TO_RIGHT = ["tel", "url", "email", "password"];

/**
 * The fields of one form; `name` goes into their ids. draft: what is typed, {field: text}, kept by the caller if it is to
 * outlive this form; errors: likewise what is wrong, {field: text}; keep(): called after each change of the draft.
 */
export class Form {
	constructor(name, { draft = {}, errors = {}, keep } = {}) {
		Object.assign(this, { name, draft, errors, keep, fields: new Map(), adopted: [], place: errorPlace(errors) });
	}

	/** Where the error stands that belongs to no field. */
	get top() {
		return this.place.top;
	}

	/** The <form>: fields, the error that belongs to none, buttons. `submit()` is called when every field is right. */
	element(fields, buttons, submit) {
		const submitted = (event) => {
			event.preventDefault();
			this.clear();
			if (this.check()) submit();
		};
		const attributes = { class: "wac-form", novalidate: "", autocomplete: "off", onsubmit: submitted };
		return make("form", attributes, fields, this.top, actions(buttons));
	}

	/**
	 * A field with its label: {name, label, value, help, required, limit (characters), attributes, check(text), changed(text)}.
	 * type: one of <input>, textarea, or select with options [{value, label}]. `check` gives what is wrong, or nothing.
	 */
	field(options) {
		const id = `wac-${this.name}-${options.name}`;
		const error = make("p", { class: "wac-error", id: `${id}-error`, role: "alert" });
		const input = this.input(id, options);
		const counter = options.limit ? make("span", { class: "wac-counter", id: `${id}-count` }) : null;
		const field = { ...options, input, error, counter };
		this.fields.set(options.name, field);
		input.addEventListener("input", () => this.typed(field));
		this.count(field);
		if (this.errors[options.name]) this.blame(field, this.errors[options.name]);
		const help = options.help ? make("p", { class: "wac-help", id: `${id}-help` }, options.help) : null;
		const described = [help?.id, counter?.id, error.id].filter(Boolean).join(" ");
		input.setAttribute("aria-describedby", described);
		return make("div", { class: "wac-field" }, fieldLabel(id, options, counter), input, help, error);
	}

	/** A field that is made elsewhere, {name, label, input, error}: its errors come here, its value does not. */
	adopt(field) {
		this.adopted.push(field);
		if (this.errors[field.name]) this.blame(field, this.errors[field.name]);
	}

	input(id, { name, type, options, value, required, attributes }) {
		const tag = { textarea: "textarea", select: "select" }[type] ?? "input";
		const children = (options ?? []).map((each) => make("option", { value: each.value }, each.label));
		const input = make(
			tag,
			{ id, class: "wac-input", ...(tag === "input" ? { type: type ?? "text" } : {}), ...attributes },
			children,
		);
		input.value = this.draft[name] ?? value ?? "";
		if (required) input.setAttribute("aria-required", "true");
		if (LEFT_TO_RIGHT.includes(type) || attributes?.inputmode === "numeric") input.dir = "ltr";
		return input;
	}

	typed(field) {
		this.draft[field.name] = field.input.value;
		this.keep?.();
		this.blame(field, "");
		this.count(field);
		field.changed?.(field.input.value);
	}

	count({ counter, input, limit }) {
		if (!counter) return;
		const length = [...input.value].length;
		counter.textContent = __("{0} of {1}", [length, limit]);
		counter.classList.toggle("wac-over", length > limit);
	}

	/** What is in the fields now. */
	values() {
		return Object.fromEntries([...this.fields].map(([name, { input }]) => [name, input.value.trim()]));
	}

	/** Looks at every field; focuses the first that is wrong and returns whether none is. */
	check() {
		const wrong = [...this.fields.values()].filter((field) => {
			const problem = this.problem(field);
			this.blame(field, problem);
			return problem;
		});
		wrong[0]?.input.focus();
		return !wrong.length;
	}

	problem({ label, input, required, limit, check }) {
		const value = input.value.trim();
		if (required && !value) return __("{0} is needed.", [label]);
		if (limit && [...value].length > limit) return __("Too long: at most {0} characters.", [limit]);
		return (value && check?.(value)) || "";
	}

	blame({ name, error, input }, text) {
		this.errors[name] = text;
		error.textContent = text;
		if (text) input.setAttribute("aria-invalid", "true");
		else input.removeAttribute("aria-invalid");
	}

	/** Shows what the server said: beside the field that it names ("Label: …"), or above the buttons. */
	fail(error) {
		const text = wordsOf(error);
		const fields = [...this.fields.values()];
		const named =
			[...fields, ...this.adopted].find(({ label }) => text.startsWith(`${label}:`)) ??
			(fields.length === 1 ? fields[0] : null);
		this.clear();
		if (!named || error.offline) return this.place.fail(error);
		this.blame(named, text.startsWith(`${named.label}:`) ? text.slice(named.label.length + 1).trim() : text);
		named.input.focus();
	}

	/** Takes back the error above the buttons. */
	clear() {
		this.place.clear();
	}
}

/** A place for the error of a single button: {top, fail(error), clear()}. It stays when the page keeps `errors`. */
export function errorPlace(errors = {}) {
	const top = make("div", { class: "wac-form-error" });
	const say = (text) => {
		errors[TOP] = text;
		top.replaceChildren(...(text ? [notice("error", "", text)] : []));
	};
	say(errors[TOP] ?? "");
	return { top, fail: (error) => say(wordsOf(error)), clear: () => say("") };
}

/** The line above a field: its name, and at its end what counts the characters. */
export function fieldLabel(id, { label, required }, counter) {
	const mark = required ? make("span", { class: "wac-required", "aria-hidden": "true" }, " *") : null;
	return make("div", { class: "wac-label" }, make("label", { htmlFor: id }, label, mark), counter);
}

/** A group of choices: options {value, label, help, disabled}; returns {element, value()}. */
export function choices({ legend, name, options, chosen, changed }) {
	const group = freshId(name);
	const rows = options.map((option, position) => choice(option, { group, name, position, chosen, changed }));
	const title = make("legend", {}, legend);
	const element = make("fieldset", { class: "wac-choices" }, title, rows);
	return { element, value: () => element.querySelector("input:checked")?.value };
}

function choice({ value, label, help, disabled }, { group, name, position, chosen, changed }) {
	const id = `wac-${name}-${position}`;
	const box = make("input", { type: "radio", id, name: group, value, disabled, checked: value === chosen });
	if (changed) box.addEventListener("change", () => changed(value));
	if (help) box.setAttribute("aria-describedby", `${id}-help`);
	const words = make(
		"span",
		{ class: "wac-choice-words" },
		make("label", { htmlFor: id }, label),
		help ? make("span", { class: "wac-help", id: `${id}-help` }, help) : null,
	);
	return make("div", { class: `wac-choice ${disabled ? "wac-off" : ""}` }, box, words);
}
