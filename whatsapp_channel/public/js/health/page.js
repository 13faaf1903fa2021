// The page: it asks for the list of checks, then for one result after the other, so that it fills while they run.
import { paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { List } from "../components/list.js";
import { emptyState, errorState, loadingState } from "../components/states.js";
import { __, wordsOf } from "../text.js";
import { report } from "./report.js";
import { Row } from "./row.js";
import { Summary } from "./summary.js";

const API = "whatsapp_channel.api.health";

/** The checks in `root`. options: {heading: false} where the page has its own. */
export class Health {
	constructor(root, host, options = {}) {
		Object.assign(this, { root, host, options, rows: new Map(), queue: [], working: false, stopped: false });
		this.body = make("div", { class: "wac-body wac-health" });
	}

	/** Shows the page and makes every check. */
	start() {
		this.root.classList.add("wac");
		this.root.replaceChildren(this.body);
		return this.load();
	}

	/** Asks for nothing any more. */
	stop() {
		this.stopped = true;
		this.queue = [];
	}

	async load() {
		this.body.replaceChildren(loadingState());
		try {
			const checks = await this.host.call(`${API}.checks`);
			if (this.stopped) return;
			this.draw(checks ?? []);
			if (this.rows.size) await this.checkAll();
		} catch (error) {
			const retry = () => this.load();
			this.body.replaceChildren(errorState({ title: __("The checks cannot be shown"), error, retry }));
		}
	}

	draw(checks) {
		this.rows = new Map(checks.map((check) => [check.key, new Row(check, () => this.checkOne(check.key))]));
		if (!checks.length) return this.body.replaceChildren(emptyState({ text: __("There is nothing to check.") }));
		this.summary = new Summary({ again: () => this.checkAll(), copy: () => this.copy() });
		this.body.replaceChildren(
			make(
				"header",
				{ class: "wac-head" },
				this.options.heading === false ? null : make("h1", {}, __("WhatsApp Health")),
				paragraph(__("Everything that messages need, looked at now. Nothing is changed."), "wac-muted"),
			),
			this.summary.element,
			this.list(checks),
		);
	}

	list(checks) {
		const row = ({ key }) => this.rows.get(key).element;
		const list = new List({ key: ({ key }) => key, row, label: __("Checks"), kind: "wac-card wac-health-list" });
		list.show(checks);
		return list.element;
	}

	/** Makes every check once more; those that are waiting already are not asked for twice. */
	checkAll() {
		this.queue = [...this.rows.keys()].filter((key) => key !== this.running);
		for (const key of this.queue) this.rows.get(key).wait();
		return this.work();
	}

	/** Makes one check before all that wait. */
	checkOne(key) {
		if (this.running === key) return;
		this.queue = [key, ...this.queue.filter((each) => each !== key)];
		this.rows.get(key).wait();
		return this.work();
	}

	/** One after the other: the server has other things to do as well. */
	async work() {
		if (this.working) return this.tell();
		this.working = true;
		while (this.queue.length && !this.stopped) {
			this.running = this.queue.shift();
			this.tell();
			await this.makeCheck(this.rows.get(this.running));
			this.running = null;
		}
		this.working = false;
		if (!this.stopped) this.tell();
	}

	async makeCheck(row) {
		row.run();
		try {
			row.show(await this.host.call(`${API}.check`, { key: row.key }));
		} catch (error) {
			row.fail(wordsOf(error));
		}
	}

	tell() {
		const rows = [...this.rows.values()];
		this.summary.tell(rows, this.queue.length + (this.running ? 1 : 0), this.rows.get(this.running)?.title);
	}

	async copy() {
		try {
			await navigator.clipboard.writeText(report([...this.rows.values()]));
			this.host.toast("success", __("The report is in the clipboard."));
		} catch {
			this.host.toast("error", __("This browser does not let the page write to the clipboard."));
		}
	}
}
