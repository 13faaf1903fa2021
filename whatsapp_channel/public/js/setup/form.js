// A form whose words outlive a rebuilt page, with each error beside its field.
import { freshId, make, notice } from "./dom.js";
import { __, wordsOf } from "./text.js";

const TOP = ""; // the error that belongs to no field

/** Fields of one form. `draft` keeps what was typed: {name: text}. */
export class Form {
	constructor(wizard, name, draft) {
		this.wizard = wizard;
		this.name = name;
		this.draft = draft;
		this.fields = new Map();
		this.adopted = [];
		this.top = make("div", { class: "wac-form-error" });
		this.errors = wizard.errorsOf(name);
		if (this.errors[TOP]) this.top.append(notice("error", "", this.errors[TOP]));
	}

	/** One field: {name, label, type, help, limit, value, required, options, attributes, check}. */
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
		const described = [help && help.id, counter && counter.id, error.id].filter(Boolean).join(" ");
		input.setAttribute("aria-describedby", described);
		const mark = options.required ? make("span", { class: "wac-required", "aria-hidden": "true" }, " *") : null;
		const head = make("div", { class: "wac-label" }, make("label", { htmlFor: id }, options.label, mark), counter);
		return make("div", { class: "wac-field" }, head, input, help, error);
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
		return input;
	}

	typed(field) {
		this.draft[field.name] = field.input.value;
		this.wizard.keep?.(this.name);
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
		this.clearTop();
		if (!named || error.offline) {
			this.errors[TOP] = text;
			return this.top.replaceChildren(notice("error", "", text));
		}
		this.blame(named, text.startsWith(`${named.label}:`) ? text.slice(named.label.length + 1).trim() : text);
		named.input.focus();
	}

	/** Takes back the error above the buttons. */
	clearTop() {
		this.errors[TOP] = "";
		this.top.replaceChildren();
	}
}

/** A place for the error of a single button: {element, fail}. It stays when the page is drawn again. */
export function trouble(wizard, name) {
	const errors = wizard.errorsOf(name);
	const show = (text) => (text ? [notice("error", "", text)] : []);
	const element = make("div", { class: "wac-form-error" }, show(errors[TOP]));
	const fail = (problem) => {
		errors[TOP] = wordsOf(problem);
		element.replaceChildren(...show(errors[TOP]));
	};
	return { element, fail };
}

/** A group of choices: options {value, label, help, disabled}; returns {element, value()}. */
export function choices({ legend, name, options, chosen, changed, hiddenLegend }) {
	const group = freshId(name);
	const rows = options.map((option, position) => choice(option, { group, name, position, chosen, changed }));
	const title = make("legend", { class: hiddenLegend ? "wac-unseen" : "" }, legend);
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
