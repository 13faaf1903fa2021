// A list whose rows stay as long as their items do.
import { make, reconcile } from "./dom.js";

/**
 * `element` holds the list; show(items) builds only the rows whose item changed, and the focus keeps its place. options:
 * key(item) tells items apart, row(item) makes an <li>, label names the list, kind is a class for it, empty is a node shown
 * while there is none, walk has the arrow keys go from row to row (from one button or link of a row to the next row's).
 */
export class List {
	constructor({ key, row, label, kind, empty, walk }) {
		Object.assign(this, { key, row, empty });
		this.rows = make("ul", { class: kind, "aria-label": label });
		if (walk) this.rows.addEventListener("keydown", (event) => this.walk(event));
		this.element = make("div", { class: "wac-list" }, this.rows, empty);
		// Until the first items are known, it is not known either that there are none.
		if (empty) empty.hidden = true;
	}

	show(items) {
		reconcile(
			this.rows,
			items.map((item) => [String(this.key(item)), item, this.row]),
		);
		this.rows.hidden = !items.length;
		if (this.empty) this.empty.hidden = items.length > 0;
	}

	walk(event) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const present = [...this.rows.children].findIndex((row) => row.contains(event.target));
		if (!step || present < 0) return;
		this.rows.children[present + step]?.querySelector("button, a[href]")?.focus();
		event.preventDefault();
	}
}
