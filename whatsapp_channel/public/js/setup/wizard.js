// The wizard's frame: the state comes from the server, one step is shown, and every answer redraws it.
import { button, setBusy } from "../components/button.js";
import { announce, breadcrumb, liveRegion } from "../components/content.js";
import { focused, make } from "../components/dom.js";
import { errorPlace, Form } from "../components/form.js";
import { errorState, loadingState } from "../components/states.js";
import { stepper } from "../components/stepper.js";
import { __, wordsOf } from "../text.js";
import { channel } from "./channel.js";
import { checklist } from "./checklist.js";
import { done } from "./done.js";
import { Drafts } from "./drafts.js";
import { link } from "./link.js";
import { number } from "./number.js";
import { profile } from "./profile.js";

const API = "whatsapp_channel.api.onboarding";
const VIEWS = { link, profile, number, channel, done };
const PATH = () => [
	__("Setup"),
	__("Channels"),
	__("Instant Messaging"),
	__("WhatsApp"),
	__("Configure"),
	__("Integrate"),
];

/**
 * One wizard in `root`. options: account, number, step (where to continue), moved({account, number}) when that changes,
 * titled when the page around it has the title already.
 */
export class Wizard {
	constructor(root, host, options = {}) {
		Object.assign(this, { root, host, options, state: null, chosen: null, part: null, working: false });
		this.place = { account: options.account || null, number: options.number || null };
		this.drafts = new Drafts();
		this.views = {};
		this.errors = new Map();
		this.opened = {};
		this.following = new Map();
		this.live = liveRegion();
		this.body = make("div", { class: "wac-body" });
	}

	/** Reads the state and shows it; stays until `stop`. */
	start() {
		this.root.classList.add("wac");
		this.root.replaceChildren(this.body, this.live);
		this.body.replaceChildren(loadingState());
		this.look = () => document.visibilityState === "visible" && this.refresh();
		window.addEventListener("focus", this.look);
		document.addEventListener("visibilitychange", this.look);
		return this.refresh();
	}

	/** Ends everything that goes on by itself. */
	stop() {
		this.stopped = true;
		window.removeEventListener("focus", this.look);
		document.removeEventListener("visibilitychange", this.look);
		for (const leave of this.following.values()) leave();
		for (const view of Object.values(this.views)) view.stop?.();
	}

	/** What a view remembers between two drawings of itself. */
	memory(name, begin = () => ({})) {
		return (this.views[name] ??= begin());
	}

	/** The errors of a form or button, which outlive a drawing: {field: text}. */
	errorsOf(name) {
		if (!this.errors.has(name)) this.errors.set(name, {});
		return this.errors.get(name);
	}

	// -- the server ------------------------------------------------------------------------------------------------

	/** Calls a method of the onboarding API. */
	call(method, args) {
		return this.host.call(`${API}.${method}`, args);
	}

	/** Calls a method that answers with the state, and shows that. */
	async perform(method, args) {
		this.apply(await this.call(method, args));
	}

	/** Calls a method whose answer is about all of the account, and reads the state of this place. */
	async performHere(method, args) {
		await this.call(method, args);
		this.apply(await this.call("state", this.place));
	}

	/** Reads the state again: another tab or another administrator may have gone on. */
	async refresh() {
		if (this.working) return (this.stale = true);
		this.stale = false;
		const asked = (this.asked = {});
		const state = await this.call("state", this.place).catch((error) => {
			if (!this.state) this.showFailure(error);
			else this.say(wordsOf(error));
		});
		if (state && this.asked === asked && !this.working && !this.stopped) this.apply(state);
	}

	showFailure(error) {
		const retry = () => this.refresh();
		this.body.replaceChildren(errorState({ title: __("The setup cannot be shown"), error, retry }));
	}

	/** Shows a state. `place` is where the user is now: the account and the number that are being set up. */
	apply(state) {
		const known = JSON.stringify(this.state);
		// The step that the user looked at is over: the next one takes its place.
		if (this.state && state.current !== this.state.current) this.chosen = null;
		const first = !this.state;
		this.state = state;
		if (first) this.chosen = this.askedFor();
		this.move(state.account?.name ?? null, state.number?.name ?? null);
		this.follow();
		if (known !== JSON.stringify(state) || this.part === null) this.render();
	}

	/** The step that the page was opened for, if it can be opened. */
	askedFor() {
		const found = this.state.steps.find(({ key }) => key === this.options.step);
		return found && found.state !== "blocked" ? found.key : null;
	}

	move(account, number) {
		if (account === this.place.account && number === this.place.number) return;
		this.place = { account, number };
		this.options.moved?.(this.place);
	}

	follow() {
		const { account, number, channel } = this.state;
		const wanted = [
			["WhatsApp Business Account", account?.name],
			["WhatsApp Number", number?.name],
			["WhatsApp Channel", channel?.name],
		].filter(([, name]) => name);
		const keys = new Set(wanted.map((each) => each.join("/")));
		for (const [key, leave] of this.following) {
			if (keys.has(key)) continue;
			leave();
			this.following.delete(key);
		}
		for (const [doctype, name] of wanted) {
			const key = `${doctype}/${name}`;
			if (!this.following.has(key))
				this.following.set(
					key,
					this.host.subscribe(doctype, name, () => this.heard()),
				);
		}
	}

	heard() {
		clearTimeout(this.soon);
		this.soon = setTimeout(() => !this.stopped && this.refresh(), 150);
		this.views.done?.look?.();
	}

	// -- what the user does -------------------------------------------------------------------------------------------

	/** A button that is busy while `action` runs; what goes wrong is told by `fail(error)`. Other options as of `button`. */
	button(text, action, { fail, ...options } = {}) {
		return button(text, options.submit ? null : (pressed) => this.run(pressed, action, fail), options);
	}

	/** A form whose draft and errors outlive a drawing. */
	newForm(name, draft) {
		return new Form(name, { draft, errors: this.errorsOf(name), keep: () => this.keep(name) });
	}

	/** The <form> of `form`, whose submit button runs `action`. */
	form(form, buttons, action, fields) {
		const submit = buttons.find((each) => each?.type === "submit");
		return form.element(fields, buttons, () => this.run(submit, action, (error) => form.fail(error)));
	}

	/** The place for the error of a single button. */
	errorPlace(name) {
		return errorPlace(this.errorsOf(name));
	}

	/** Runs one thing at a time, with the button showing that it does. */
	async run(pressed, action, fail) {
		if (this.working) return;
		this.working = true;
		setBusy(pressed, true);
		try {
			await action();
		} catch (error) {
			if (fail) fail(error);
			else this.host.toast("error", wordsOf(error));
			this.say(wordsOf(error));
		} finally {
			this.working = false;
			setBusy(pressed, false);
			if (this.stale) this.refresh();
		}
	}

	/** Keeps the draft of a form. */
	keep(form) {
		this.drafts.keep(form, this.place.account ?? "");
	}

	/** Has a screen reader say something. */
	say(text) {
		announce(this.live, text);
	}

	/** Opens a step that the user chose; null goes to the one whose turn it is. */
	show(step) {
		this.chosen = step;
		this.render();
	}

	// -- drawing -------------------------------------------------------------------------------------------------------

	/** The step that is shown. */
	get shown() {
		return this.chosen ?? this.state.current;
	}

	/** Draws everything anew. Focus and selection stay, or go to the heading of a new part. */
	render() {
		if (this.stopped || !this.state) return;
		const held = focused(this.root);
		const kept = { id: held?.id, start: selection(held), inside: !this.part || Boolean(held) || isNowhere() };
		const [view, part] = this.view();
		const heading = make("h2", { class: "wac-title", id: "wac-title", tabIndex: -1 }, view.title);
		const panel = make(
			"section",
			{ class: "wac-card wac-panel", "aria-labelledby": "wac-title" },
			heading,
			view.nodes,
		);
		const side = this.side();
		this.body.replaceChildren(
			head(this.options.titled),
			stepper(this.state.steps, this.shown, (key) => this.show(key)),
			make("div", { class: "wac-columns" }, panel, side),
		);
		this.focus(part, heading, kept);
	}

	/** The view of the step that is shown, and its name. Errors belong to the part in which they happened. */
	view() {
		const view = VIEWS[this.shown](this);
		const part = `${this.shown}/${view.part}`;
		if (part === this.part || !this.errors.size) return [view, part];
		this.errors.clear();
		return [VIEWS[this.shown](this), part];
	}

	/** The prerequisites: beside the first step, folded below the others. */
	side() {
		if (this.state.current === "done") return null;
		const first = this.shown === "link";
		const list = checklist(this.state.checklist, this.opened, first);
		return (
			list && make("aside", { class: first ? "wac-side" : "wac-below", "aria-label": __("What you need") }, list)
		);
	}

	focus(part, heading, { id, start, inside }) {
		const moved = this.part !== null && this.part !== part;
		const first = this.part === null;
		this.part = part;
		if (moved && inside) {
			heading.focus({ preventScroll: true });
			this.root.scrollIntoView?.({ block: "start" });
		} else if (!first && id) {
			const same = this.root.querySelector(`#${CSS.escape(id)}`);
			same?.focus({ preventScroll: true });
			if (start !== null) same?.setSelectionRange?.(start, start);
		}
	}
}

function isNowhere() {
	return document.activeElement === document.body || document.activeElement === null;
}

function selection(element) {
	try {
		return element?.selectionStart ?? null;
	} catch {
		return null;
	}
}

function head(titled) {
	return make(
		"header",
		{ class: "wac-head" },
		breadcrumb(PATH()),
		titled ? null : make("h1", {}, __("Connect WhatsApp")),
		make(
			"p",
			{ class: "wac-muted" },
			__("Four steps. Everything is saved as you go: leave at any time and continue here."),
		),
	);
}
