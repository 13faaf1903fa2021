// Elements without a framework. Text is always a text node.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "htmlFor", "tabIndex", "open", "required"]);
let count = 0;

/** A new element: make("p", { class: "…", onclick: … }, "text", child …). Empty children are left out. */
export function make(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value === undefined || value === null) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else if (PROPERTIES.has(name)) element[name] = value;
		else element.setAttribute(name, value);
	}
	element.append(...children.flat(2).filter((child) => child || child === 0));
	return element;
}

/** A name for an element that labels and descriptions point at. */
export function freshId(prefix) {
	count += 1;
	return `wac-${prefix}-${count}`;
}

/** A box with a message: kind is info, success, warning or error. */
export function notice(kind, title, ...children) {
	const role = { error: "alert", warning: "note" }[kind] ?? "note";
	const heading = title ? make("p", { class: "wac-notice-title" }, title) : null;
	return make("div", { class: `wac-notice wac-${kind}`, role }, sign(kind), make("div", {}, heading, children));
}

/** A paragraph. */
export function paragraph(text, kind = "") {
	return make("p", { class: kind }, text);
}

const SHAPES = {
	success: "M5 12.5l4.5 4.5L19 7.5",
	done: "M5 12.5l4.5 4.5L19 7.5",
	ok: "M5 12.5l4.5 4.5L19 7.5",
	error: "M12 7v6M12 16.5v.5",
	warning: "M12 7v6M12 16.5v.5",
	todo: "M12 7v6M12 16.5v.5",
	info: "M12 11v6M12 7.5v.5",
	unknown: "M9 9.5a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 1.7M12 17v.5",
	blocked: "M7 11h10v8H7zM9 11V8.5a3 3 0 0 1 6 0V11",
	image: "M5 5h14v14H5zM5 16l4.5-4.5 4 4 2-2L19 17M15 9h.01",
	chat: "M21 11.5a8.4 8.4 0 0 1-12.3 7.4L3 21l2.1-5.7A8.4 8.4 0 1 1 21 11.5z",
};

/** A small drawing that says nothing by itself. */
export function sign(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	path.setAttribute("d", SHAPES[name] ?? SHAPES.info);
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	svg.setAttribute("class", `wac-sign wac-sign-${name}`);
	svg.append(path);
	return svg;
}

/** Facts in two columns; rows without a value are left out. */
export function facts(rows) {
	const shown = rows.filter(([, value]) => value !== undefined && value !== null && value !== "");
	return make(
		"dl",
		{ class: "wac-facts" },
		shown.map(([label, value]) => [make("dt", {}, label), make("dd", {}, value)]),
	);
}

/** A word with a colour: kind is green, orange, red, blue or gray. */
export function pill(text, colour) {
	return make("span", { class: `wac-pill wac-${colour}` }, text);
}

/** The element that has the focus, also inside a shadow root. */
export function focused(root) {
	const active = root.getRootNode().activeElement ?? null;
	return active && root.contains(active) ? active : null;
}

/** A button that looks like a link. */
export function link(text, action) {
	return make("button", { type: "button", class: "wac-link", onclick: action }, text);
}

/** A link to a page elsewhere. */
export function outside(text, href) {
	return make(
		"a",
		{ class: "wac-link", href, target: "_blank", rel: "noopener noreferrer" },
		text,
		make("span", { "aria-hidden": "true" }, " ↗"),
	);
}
