// The list of channels in the workspace: cards, each channel with its status and a switch, and the way to Integrate.
import { confirm } from "./dialog.js";
import { link as textLink, make, notice, paragraph, pill, sign } from "./dom.js";
import { question } from "./question.js";
import { colourOf } from "./status.js";
import { __, wordsOf } from "./text.js";

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
		this.body = make(
			"div",
			{ class: "wac-body" },
			make("p", { class: "wac-loading", role: "status" }, __("Loading …")),
		);
		this.live = make("div", { class: "wac-unseen", role: "status", "aria-live": "polite" });
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
			const again = make(
				"button",
				{ type: "button", class: "wac-button", onclick: () => this.load() },
				__("Try again"),
			);
			this.body.replaceChildren(
				notice("error", __("The channels cannot be shown"), paragraph(wordsOf(error)), again),
			);
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
		const focus = this.root.getRootNode().activeElement?.id;
		this.configuring ||= Boolean(begun);
		this.body.replaceChildren(
			path(),
			this.options.cards === false ? "" : cards(channels, numbers, accounts),
			this.provider(channels, numbers, accounts),
		);
		if (focus) this.root.querySelector(`#${CSS.escape(focus)}`)?.focus();
	}

	provider(channels, numbers, accounts) {
		const configure = make(
			"button",
			{
				type: "button",
				class: `wac-button ${this.configuring ? "" : "wac-primary"}`,
				id: "wac-configure",
				"aria-expanded": String(this.configuring),
				"aria-controls": "wac-configuration",
			},
			__("Configure"),
		);
		const inner = make(
			"div",
			{ id: "wac-configuration", hidden: !this.configuring },
			this.inside(channels, numbers, accounts),
		);
		configure.addEventListener("click", () => {
			this.configuring = !this.configuring;
			inner.hidden = !this.configuring;
			configure.setAttribute("aria-expanded", String(this.configuring));
			configure.classList.toggle("wac-primary", !this.configuring);
		});
		const words = make(
			"div",
			{ class: "wac-provider-words" },
			make("h2", {}, __("WhatsApp")),
			paragraph(__("Customers write on WhatsApp, agents answer in their tickets."), "wac-muted"),
		);
		return make(
			"section",
			{ class: "wac-card wac-provider" },
			make(
				"div",
				{ class: "wac-provider-head" },
				make("span", { class: "wac-provider-sign" }, sign("chat")),
				words,
				configure,
			),
			inner,
		);
	}

	inside(channels, numbers, accounts) {
		const allowed = this.options.setup !== false;
		const integrate = (text) =>
			allowed &&
			make(
				"button",
				{
					type: "button",
					class: "wac-button wac-primary",
					id: "wac-integrate",
					onclick: () => this.host.route("whatsapp-setup"),
				},
				text,
			);
		if (channels.length) {
			const known = new Map(numbers.map(({ name, number }) => [name, number]));
			const rows = channels.map((channel, position) =>
				this.row(channel, known.get(channel.number) ?? channel.number, position),
			);
			return [
				make("ul", { class: "wac-channels" }, rows),
				make("div", { class: "wac-actions" }, integrate(__("Integrate another number"))),
			];
		}
		const begun = accounts.length > 0;
		return make(
			"div",
			{ class: "wac-empty" },
			make(
				"h3",
				{},
				begun ? __("Almost there: there is no channel yet") : __("No WhatsApp number is connected yet"),
			),
			paragraph(
				begun
					? __("{0} accounts and {1} numbers are here. Continue where you were.", [
							accounts.length,
							numbers.length,
						])
					: __(
							"Four steps lead there: link the business accounts, create the business profile, verify the number, configure the channel. It takes some minutes.",
						),
			),
			integrate(begun ? __("Continue") : __("Integrate")) || paragraph(__("A System Manager can connect one.")),
		);
	}

	row(channel, number, position) {
		const id = `wac-channel-${position}`;
		const icon = make(
			"span",
			{ class: "wac-thumb" },
			channel.icon ? make("img", { src: channel.icon, alt: "" }) : sign("chat"),
		);
		const name = textLink(channel.channel_name, () =>
			this.host.route({ doctype: "WhatsApp Channel", name: channel.name }),
		);
		name.id = id;
		const about = make(
			"div",
			{ class: "wac-channel-words" },
			name,
			make("p", { class: "wac-muted" }, make("bdi", {}, number), " · ", channel.department),
			this.reason(channel),
		);
		return make(
			"li",
			{ class: "wac-channel" },
			icon,
			about,
			pill(__(channel.status), colourOf(channel.status)),
			this.toggle(channel, id, position),
		);
	}

	reason({ status, status_reason, status_next_step }) {
		if (status === "Active") return null;
		const text = [status_reason, status_next_step].filter(Boolean).join(" ");
		return text ? make("p", { class: "wac-help" }, text) : null;
	}

	// -- the switch ----------------------------------------------------------------------------------------------------

	toggle(channel, label, position) {
		const on = Boolean(channel.enabled);
		const toggle = make(
			"button",
			{
				type: "button",
				role: "switch",
				class: "wac-switch",
				id: `wac-switch-${position}`,
				"aria-checked": String(on),
				"aria-labelledby": label,
				title: on ? __("Deactivate") : __("Activate"),
			},
			make("span", {}),
		);
		toggle.addEventListener("click", () => this.switch(toggle, channel, !on));
		return toggle;
	}

	async switch(toggle, channel, enabled) {
		if (toggle.getAttribute("aria-busy") || !(await this.sure(channel, enabled))) return toggle.focus();
		toggle.setAttribute("aria-busy", "true");
		try {
			await this.host.call("whatsapp_channel.api.channel.set_enabled", {
				channel: channel.name,
				enabled: enabled ? 1 : 0,
			});
			this.live.textContent = enabled
				? __("{0} is active.", [channel.channel_name])
				: __("{0} is deactivated.", [channel.channel_name]);
		} catch (error) {
			this.host.toast("error", wordsOf(error));
		}
		toggle.removeAttribute("aria-busy");
		await this.load();
		this.root.querySelector(`#${toggle.id}`)?.focus();
	}

	sure(channel, enabled) {
		return confirm(this.root, question(channel, enabled));
	}
}

function path() {
	const parts = [__("Setup"), __("Channels"), __("Instant Messaging")];
	const rows = parts.map((part, position) =>
		make("li", { "aria-current": position === parts.length - 1 ? "page" : null }, part),
	);
	return make("nav", { class: "wac-path", "aria-label": __("Where you are") }, make("ol", {}, rows));
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
