// Elements without a framework. Text is always a text node. Imports nothing: the sandbox's page uses it as well.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "htmlFor", "tabIndex", "open", "required"]);
let count = 0;

/** A new element: make("p", { class: "…", onclick: … }, "text", child …). Attributes and children that are null are left out. */
export function make(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value === undefined || value === null) continue;
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else if (PROPERTIES.has(name)) element[name] = value;
		else element.setAttribute(name, value);
	}
	element.append(...children.flat(Infinity).filter((child) => child || child === 0));
	return element;
}

/** A name for an element that labels and descriptions point at. */
export function freshId(prefix) {
	count += 1;
	return `wac-${prefix}-${count}`;
}

/** The element in `root` that has the focus, also inside a shadow root; null without one. */
export function focused(root) {
	const active = root.getRootNode().activeElement ?? null;
	return active && root.contains(active) ? active : null;
}

const drawn = new WeakMap(); // element -> [key, its content as text]

/** Makes the children of `parent` the wanted ones, [key, content, build(content)], and touches only what changed. */
export function reconcile(parent, wanted) {
	const present = new Map([...parent.children].map((child) => [drawn.get(child)?.[0], child]));
	const next = wanted.map(([key, content, build]) => {
		const mark = JSON.stringify(content);
		const known = present.get(key);
		if (known && drawn.get(known)[1] === mark) return known;
		const fresh = build(content);
		drawn.set(fresh, [key, mark]);
		if (known) replace(known, fresh);
		return fresh;
	});
	const kept = new Set(next);
	for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
	next.forEach((child, position) => {
		if (parent.children[position] !== child) parent.insertBefore(child, parent.children[position] ?? null);
	});
}

/** The focus goes to the same part of the new element, or to the first that can have it. */
function replace(known, fresh) {
	const active = focused(known);
	known.replaceWith(fresh);
	if (!active) return;
	const same = active.id && fresh.querySelector(`#${CSS.escape(active.id)}`);
	(same || fresh.querySelector("button, a[href], input") || fresh).focus();
}
