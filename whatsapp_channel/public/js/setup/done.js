// The last screen: the number with its QR code and link, and a test message that shows its way live.
import { colourOf } from "../channels/status.js";
import { badge } from "../components/badge.js";
import { actions, button, externalLink, linkButton } from "../components/button.js";
import { paragraph } from "../components/content.js";
import { confirm } from "../components/dialog.js";
import { make } from "../components/dom.js";
import { errorPlace } from "../components/form.js";
import { icon } from "../components/icon.js";
import { __, minute } from "../text.js";
import { openChoice } from "./number.js";

const PAUSE = 2000; // milliseconds between two looks while the page is seen; realtime events come sooner

/** The last view. */
export function done(wizard) {
	const { channel } = wizard.state;
	const test = wizard.memory("done", () => new Test(wizard));
	test.begin(channel.name);
	return {
		part: `done/${channel.name}`,
		title: __("{0} is connected", [channel.name]),
		nodes: [
			standing(wizard, channel),
			make("div", { class: "wac-split" }, make("div", {}, test.element), address(channel, numberOf(wizard))),
			waysOn(wizard, channel),
		],
	};
}

function standing(wizard, { status, reason, next_step, enabled }) {
	const row = make("p", { class: "wac-status" }, badge(__(status), colourOf(status)), make("span", {}, reason || ""));
	const step = next_step && status !== "Active" ? paragraph(next_step, "wac-help") : null;
	return make("div", {}, row, enabled === false || enabled === 0 ? null : step);
}

function numberOf({ state }) {
	return state.number?.number ?? state.channel.number;
}

function address({ wa_link, qr_svg, name }, number) {
	// Drawn for use inside a page; as an image of its own it has to say what it is.
	const drawing = qr_svg?.replace(/^<svg (?!xmlns)/, '<svg xmlns="http://www.w3.org/2000/svg" ');
	const picture = drawing
		? make("img", {
				class: "wac-qr",
				alt: __("QR code that opens a chat with {0}", [number]),
				src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`,
			})
		: null;
	return make(
		"figure",
		{ class: "wac-address" },
		picture,
		make(
			"figcaption",
			{},
			make("bdi", { class: "wac-big" }, number),
			wa_link ? externalLink(wa_link.replace(/^https?:\/\//, ""), wa_link) : null,
		),
		make(
			"p",
			{ class: "wac-help" },
			__("Put the code or the link where your customers see it: it opens a chat with {0}.", [name]),
		),
	);
}

function waysOn(wizard, channel) {
	const ways = actions([
		linkButton(__("Connect another number"), () => openChoice(wizard, wizard.memory("number"))),
		linkButton(__("Open the channel"), () =>
			wizard.host.route({ doctype: "WhatsApp Channel", name: channel.name }),
		),
		button(__("Go to the channels"), () => wizard.host.route("instant-messaging"), {
			primary: true,
			id: "wac-finish",
		}),
	]);
	ways.classList.add("wac-ways");
	return ways;
}

// -- test message ------------------------------------------------------------------------------------------------------

/** The way of a test message, looked at again and again while the page is seen. */
class Test {
	constructor(wizard) {
		this.wizard = wizard;
		this.element = make("div", { class: "wac-test" });
		this.error = errorPlace();
		this.known = null;
	}

	begin(channel) {
		if (this.channel === channel) return;
		Object.assign(this, { channel, known: null });
		clearInterval(this.timer);
		this.timer = setInterval(
			() => this.element.isConnected && document.visibilityState === "visible" && this.look(),
			PAUSE,
		);
		this.draw({ received: null, reply: null, window_open: false, in_use: false });
		this.look();
	}

	stop() {
		clearInterval(this.timer);
	}

	async look() {
		if (this.looking) return;
		this.looking = true;
		try {
			const state = await this.wizard.call("test_state", { channel: this.channel });
			if (JSON.stringify(state) !== this.known) this.draw(state);
			this.known = JSON.stringify(state);
		} catch (error) {
			this.fail(error);
		}
		this.looking = false;
	}

	fail(error) {
		this.error.fail(error);
	}

	draw(state) {
		const number = numberOf(this.wizard);
		this.error.clear();
		const spoken = news(state);
		if (this.known && spoken) this.wizard.say(spoken);
		this.element.replaceChildren(
			make("h3", {}, __("Test it")),
			make("ol", { class: "wac-trail" }, wrote(state, number), answered(this, state), arrived(state)),
			this.error.top,
		);
	}

	/** Answers the message that is shown; where others have written, only when the administrator knows it. */
	async send({ received, in_use }) {
		if (in_use && !(await confirm(this.wizard.root, sure(received)))) return;
		const state = await this.wizard.call("send_test", { channel: this.channel, message: received.message });
		if (state && "received" in state) this.draw(state);
		else if (state?.steps) this.wizard.apply(state);
		await this.look();
	}
}

function sure({ from_masked }) {
	return {
		title: __("Send a test answer to {0}?", [from_masked]),
		texts: [
			__(
				"Answers have gone out on this channel before, so this may be a real customer. The text says that it is a test message.",
			),
		],
		action: __("Send"),
	};
}

function wrote({ received }, number) {
	const title = received
		? __("Received from {0}", [received.from_masked])
		: __("Write to {0} from any phone", [number]);
	const text = received
		? ticketLine(received)
		: __("Scan the code with a phone and send the message “Hello”. It appears here by itself.");
	return trail(received ? "done" : "now", title, text);
}

function ticketLine({ at, ticket }) {
	return ticket ? __("{0}, ticket {1}", [minute(at), ticket]) : minute(at);
}

function answered(test, state) {
	const { received, reply, window_open } = state;
	if (reply) return trail(reply.status === "Failed" ? "failed" : "done", __("Answer sent"), minute(reply.at));
	if (!received) return trail("later", __("Send a test answer"), "");
	if (!window_open)
		return trail(
			"failed",
			__("Send a test answer"),
			__("The last message is older than 24 hours. Write once more from the phone."),
		);
	const button = test.wizard.button(__("Send a test answer"), () => test.send(state), {
		primary: true,
		fail: (error) => test.fail(error),
		id: "wac-test-send",
	});
	return trail("now", __("Answer it"), __("The answer goes the way of every reply: through the ticket."), button);
}

const STATES = () => ({
	Queued: __("Waiting to be sent"),
	Held: __("Waits for an agent"),
	Sending: __("Being sent"),
	Unconfirmed: __("Sent, not yet confirmed"),
	Accepted: __("Accepted by WhatsApp"),
	Sent: __("Sent by WhatsApp"),
	Delivered: __("Delivered to the phone"),
	Read: __("Read on the phone"),
	Failed: __("Not delivered"),
	Discarded: __("Discarded by an agent"),
});

function arrived({ reply }) {
	if (!reply) return trail("later", __("Delivered to the phone"), "");
	const words = STATES()[reply.status] ?? __(reply.status);
	if (reply.status === "Failed") return trail("failed", words, reply.reason || "");
	const there = ["Delivered", "Read"].includes(reply.status);
	return trail(
		there ? "done" : "now",
		words,
		there ? __("The channel works in both directions.") : __("Delivery is reported by WhatsApp within seconds."),
	);
}

function trail(state, title, text, more) {
	const mark =
		{ done: icon("done"), failed: icon("error") }[state] ??
		(state === "now" ? make("span", { class: "wac-pulse" }) : "");
	return make(
		"li",
		{ class: `wac-trail-${state}` },
		make("span", { class: "wac-trail-mark", "aria-hidden": "true" }, mark),
		make("div", {}, make("strong", {}, title), text ? make("p", { class: "wac-help" }, text) : null, more ?? null),
	);
}

function news({ received, reply }) {
	if (reply) return STATES()[reply.status] ?? "";
	return received ? __("A message was received.") : "";
}
