// The list of channels in the workspace: cards, each channel with its status and a switch, and the way to Integrate.
import { badge } from "../components/badge.js";
import { actions, button, linkButton } from "../components/button.js";
import { breadcrumb, liveRegion, paragraph } from "../components/content.js";
import { confirm } from "../components/dialog.js";
import { focused, make } from "../components/dom.js";
import { icon } from "../components/icon.js";
import { List } from "../components/list.js";
import { emptyState, errorState, loadingState } from "../components/states.js";
import { toggleSwitch } from "../components/switch.js";
import { __, wordsOf } from "../text.js";
import { question } from "./question.js";
import { colourOf } from "./status.js";

const FIELDS = [
	"name",
	"channel_name",
	"icon",
	"number",
	"department",
	"enabled",
	"status",
	"status_reason",
	"status_next_step",
];
const LIST = "frappe.client.get_list";
const SET_ENABLED = "whatsapp_channel.api.channel.set_enabled";
const TROUBLE = ["Needs Attention", "Restricted", "Verification Rejected", "Trial Ended"];

/**
 * Shows the channels in `root`; returns a function that ends it. options: cards false where the page
 * has its own, setup false for users who may not set up.
 */
export function mount(root, host, options = {}) {
	const list = new Channels(root, host, options);
	list.start();
	return () => list.stop();
}

class Channels {
	constructor(root, host, options) {
		Object.assign(this, { root, host, options, leaving: [], known: null, configuring: false });
		this.body = make("div", { class: "wac-body" }, loadingState());
		this.live = liveRegion();
		this.list = new List({ key: ({ name }) => name, row: (channel) => this.row(channel), kind: "wac-channels" });
	}

	start() {
		this.root.classList.add("wac");
		this.root.replaceChildren(this.body, this.live);
		this.look = () => document.visibilityState === "visible" && this.load();
		window.addEventListener("focus", this.look);
		return this.load();
	}

	stop() {
		window.removeEventListener("focus", this.look);
		for (const leave of this.leaving) leave();
	}

	all(doctype, fields) {
		return this.host.call(LIST, { doctype, fields, limit_page_length: 0, order_by: "creation" });
	}

	async load() {
		try {
			const [channels, numbers, accounts] = await Promise.all([
				this.all("WhatsApp Channel", FIELDS),
				this.all("WhatsApp Number", ["name", "number"]),
				this.all("WhatsApp Business Account", ["name", "account_name", "attention_reason"]),
			]);
			const fresh = JSON.stringify([channels, numbers, accounts]);
			if (fresh !== this.known) this.draw({ channels, numbers, accounts });
			this.known = fresh;
		} catch (error) {
			const retry = () => this.load();
			this.known = null;
			this.body.replaceChildren(errorState({ title: __("The channels cannot be shown"), error, retry }));
		}
	}

	follow(channels) {
		for (const leave of this.leaving) leave();
		this.leaving = channels.map(({ name }) => this.host.subscribe("WhatsApp Channel", name, () => this.load()));
	}

	// -- drawing -------------------------------------------------------------------------------------------------------

	draw({ channels, numbers, accounts }) {
		this.follow(channels);
		const begun = channels.length || numbers.length || accounts.length;
		const focus = focused(this.root)?.id;
		this.configuring ||= Boolean(begun);
		this.body.replaceChildren(
			breadcrumb([__("Setup"), __("Channels"), __("Instant Messaging")]),
			this.options.cards === false ? "" : cards(channels, numbers, accounts),
			this.provider(channels, numbers, accounts),
		);
		if (focus) this.root.querySelector(`#${CSS.escape(focus)}`)?.focus();
	}

	provider(channels, numbers, accounts) {
		const inner = make("div", { id: "wac-configuration" }, this.inside(channels, numbers, accounts));
		const configure = button(__("Configure"), () => show(!this.configuring), { id: "wac-configure" });
		configure.setAttribute("aria-controls", inner.id);
		const show = (open) => {
			this.configuring = open;
			inner.hidden = !open;
			configure.setAttribute("aria-expanded", String(open));
			configure.classList.toggle("wac-primary", !open);
		};
		show(this.configuring);
		const words = make(
			"div",
			{ class: "wac-provider-words" },
			make("h2", {}, __("WhatsApp")),
			paragraph(__("Customers write on WhatsApp, agents answer in their tickets."), "wac-muted"),
		);
		const mark = make("span", { class: "wac-provider-mark" }, icon("chat"));
		const head = make("div", { class: "wac-provider-head" }, mark, words, configure);
		return make("section", { class: "wac-card wac-provider" }, head, inner);
	}

	inside(channels, numbers, accounts) {
		if (!channels.length) return this.nothing(numbers, accounts);
		const known = new Map(numbers.map(({ name, number }) => [name, number]));
		this.list.show(
			channels.map((channel, position) => {
				return { ...channel, number: known.get(channel.number) ?? channel.number, position };
			}),
		);
		return [this.list.element, actions([this.integrate(__("Integrate another number"))])];
	}

	nothing(numbers, accounts) {
		const begun = accounts.length > 0;
		return emptyState({
			title: begun ? __("Almost there: there is no channel yet") : __("No WhatsApp number is connected yet"),
			text: begun
				? __("{0} accounts and {1} numbers are here. Continue where you were.", [
						accounts.length,
						numbers.length,
					])
				: __(
						"Four steps lead there: link the business accounts, create the business profile, verify the number, configure the channel. It takes some minutes.",
					),
			action:
				this.integrate(begun ? __("Continue") : __("Integrate")) ??
				paragraph(__("A System Manager can connect one.")),
		});
	}

	/** The way into the set-up, for those who may go there. */
	integrate(text) {
		if (this.options.setup === false) return null;
		return button(text, () => this.host.route("whatsapp-setup"), { primary: true, id: "wac-integrate" });
	}

	row(channel) {
		const id = `wac-channel-${channel.position}`;
		const picture = channel.icon ? make("img", { src: channel.icon, alt: "" }) : icon("chat");
		const open = () => this.host.route({ doctype: "WhatsApp Channel", name: channel.name });
		const about = make(
			"div",
			{ class: "wac-channel-words" },
			linkButton(channel.channel_name, open, { id }),
			make("p", { class: "wac-muted" }, make("bdi", {}, channel.number), " · ", channel.department),
			reason(channel),
		);
		return make(
			"li",
			{ class: "wac-channel" },
			make("span", { class: "wac-thumb" }, picture),
			about,
			badge(__(channel.status), colourOf(channel.status)),
			this.toggle(channel, id),
		);
	}

	// -- the switch ----------------------------------------------------------------------------------------------------

	toggle(channel, labelledBy) {
		const on = Boolean(channel.enabled);
		return toggleSwitch({
			on,
			labelledBy,
			id: `wac-switch-${channel.position}`,
			title: on ? __("Deactivate") : __("Activate"),
			change: (toggle) => this.switch(toggle, channel, !on),
		});
	}

	async switch(toggle, channel, enabled) {
		if (!(await confirm(this.root, question(channel, enabled)))) return toggle.focus();
		toggle.setAttribute("aria-busy", "true");
		try {
			await this.host.call(SET_ENABLED, { channel: channel.name, enabled: enabled ? 1 : 0 });
			const words = enabled
				? __("{0} is active.", [channel.channel_name])
				: __("{0} is deactivated.", [channel.channel_name]);
			this.live.textContent = words;
		} catch (error) {
			this.host.toast("error", wordsOf(error));
		}
		toggle.removeAttribute("aria-busy");
		await this.load();
		this.root.querySelector(`#${toggle.id}`)?.focus();
	}
}

function reason({ status, status_reason, status_next_step }) {
	if (status === "Active") return null;
	const text = [status_reason, status_next_step].filter(Boolean).join(" ");
	return text ? paragraph(text, "wac-help") : null;
}

function cards(channels, numbers, accounts) {
	const troubled = channels.filter(({ status }) => TROUBLE.includes(status)).length;
	const card = (count, words, bad) =>
		make(
			"li",
			{ class: `wac-card wac-count ${bad && count ? "wac-count-bad" : ""}` },
			make("strong", {}, String(count)),
			make("span", { class: "wac-muted" }, words),
		);
	return make(
		"ul",
		{ class: "wac-counts" },
		card(accounts.length, __("Accounts")),
		card(numbers.length, __("Numbers")),
		card(channels.length, __("Channels")),
		card(troubled, __("Need attention"), true),
	);
}
