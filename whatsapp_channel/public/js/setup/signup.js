// Embedded Signup: Meta's window gives a code and an event, in either order, or neither. Both go to the server at once.
import { __, wordsOf } from "../text.js";
import { isAllowed, loadSdk, signupEvent, watchWindow } from "./sdk.js";

const GRACE = 700; // milliseconds in which the event of a cancelled window may follow its answer
const UNHURRIED = 20000; // milliseconds for the half that is missing

/** One sign-up at a time. phase: idle, open (Meta's window), saving, choose (several accounts). */
export class Signup {
	constructor(wizard) {
		Object.assign(this, { wizard, phase: "idle", sdk: "none", problem: null, candidates: [], name: null });
		this.run = null;
		this.listener = (message) => this.heard(message);
		window.addEventListener("message", this.listener);
	}

	stop() {
		window.removeEventListener("message", this.listener);
		this.run = null;
	}

	get settings() {
		return this.wizard.state.signup;
	}

	/** Why the window cannot be opened from this page, in words; empty when it can. */
	get obstacle() {
		if (!this.settings.available) return this.settings.reason || __("Embedded Signup is not set up on this site.");
		if (location.protocol !== "https:" && this.settings.sdk_url.startsWith("https:")) {
			return __(
				"Meta opens its window only from a page with HTTPS, and this page was opened with HTTP. Open the site by its https:// address, or connect by hand.",
			);
		}
		return "";
	}

	/** Gets Meta's script before it is needed: a window that opens late is blocked by browsers. */
	prepare() {
		if (this.sdk !== "none" || this.obstacle) return;
		this.sdk = "loading";
		const done = (sdk) => {
			this.sdk = sdk;
			this.wizard.render();
		};
		loadSdk(this.settings.sdk_url).then(
			(FB) => {
				const { app_id: appId, version } = this.settings;
				FB.init({ appId, version, autoLogAppEvents: true, xfbml: true });
				done("ready");
			},
			() => done("failed"),
		);
	}

	/** Tries again to get Meta's script. */
	reload() {
		this.sdk = "none";
		this.prepare();
		this.wizard.render();
	}

	/** Opens Meta's window; must be called while a click is handled. `account`: the one to reconnect. */
	launch(account) {
		const run = (this.run = { account, code: null, event: null });
		Object.assign(this, { problem: null, candidates: [], name: null, phase: "open" });
		run.begun = this.wizard
			.call("begin_signup", account ? { account } : {})
			.then(({ signup }) => signup.name ?? signup);
		run.begun.catch((error) => this.fail(run, wordsOf(error)));
		const options = {
			config_id: this.settings.config_id,
			response_type: "code",
			override_default_response_type: true,
			extras: { setup: {} },
		};
		const seen = watchWindow(() => window.FB.login((answer) => this.answered(run, answer), options));
		run.window = seen.window;
		if (seen.blocked) this.blocked(run);
		this.wizard.render();
	}

	blocked(run) {
		this.fail(
			run,
			__(
				"The browser blocked Meta's window. Allow pop-ups for this site (the icon at the end of the address bar), then try again.",
			),
			__("The window was blocked"),
		);
	}

	/** A walk that has Meta's access and broke off, in this tab or another: the answer's `signup`, or null. */
	get pending() {
		const pending = this.settings.pending;
		return this.phase === "idle" && pending && pending.name !== this.ignored ? pending : null;
	}

	/** Goes on with a walk that broke off. */
	async goOn(pending) {
		const run = (this.run = { begun: Promise.resolve(pending.name), answered: true });
		this.problem = null;
		this.name = pending.name;
		this.take(run, await this.wizard.call("continue_signup", { signup: pending.name }));
	}

	/** Brings Meta's window to the front. */
	showWindow() {
		this.run?.window?.focus();
	}

	/** Forgets the window that is open, if it is. */
	giveUp() {
		this.run?.window?.close();
		this.run = null;
		this.phase = "idle";
		this.ignored = this.settings.pending?.name;
		this.wizard.render();
	}

	// -- what Meta's window says ---------------------------------------------------------------------------------------

	heard(message) {
		const run = this.run;
		if (!run || !isAllowed(message.origin, this.settings.origins ?? [])) return;
		const event = signupEvent(message.data);
		if (!event) return;
		run.event = event;
		this.send(run, "signup_event", { event });
	}

	answered(run, answer) {
		if (this.run !== run) return;
		run.answered = true;
		const code = answer?.authResponse?.code;
		if (!code) return setTimeout(() => this.withoutCode(run), GRACE);
		run.code = code;
		this.phase = "saving";
		this.wizard.render();
		this.send(run, "signup_code", { code });
	}

	/** The window is closed and there is no code: cancelled, closed, or its answer was held back by the browser. */
	withoutCode(run) {
		if (this.run !== run || this.problem) return;
		if (String(run.event?.event).startsWith("FINISH")) {
			return this.fail(
				run,
				__(
					"Meta's window was completed, but its answer did not reach this page. Browsers that block third-party cookies do this: allow them for facebook.com and this site (settings of the browser, privacy), then try again.",
				),
				__("Third-party cookies are blocked"),
			);
		}
		if (!run.event)
			this.send(run, "signup_event", { event: { type: "WA_EMBEDDED_SIGNUP", event: "CANCEL", data: {} } });
	}

	// -- what the server says ------------------------------------------------------------------------------------------

	async send(run, method, args) {
		try {
			const signup = await run.begun;
			this.name = signup;
			this.take(run, await this.wizard.call(method, { signup, ...args }));
		} catch (error) {
			this.fail(run, wordsOf(error));
		}
	}

	take(run, { signup, state }) {
		if (this.run !== run) return;
		clearTimeout(run.timer);
		if (signup.state === "Linked") return this.linked(state);
		if (signup.state === "Choose Account") return this.choose(signup);
		if (["Cancelled", "Failed"].includes(signup.state)) {
			this.fail(run, signup.explanation || signup.problem);
			return this.wizard.refresh();
		}
		// One half is there: the other one is on its way.
		this.phase = run.answered ? "saving" : "open";
		run.timer = setTimeout(() => this.missing(run), UNHURRIED);
		this.wizard.render();
	}

	missing(run) {
		if (this.run !== run || !run.answered || this.problem) return;
		this.fail(run, __("Meta's answer is incomplete: the accounts that you chose are not named in it. Try again."));
	}

	linked(state) {
		Object.assign(this, { phase: "idle", run: null, problem: null });
		this.wizard.memory("link").connecting = false;
		this.wizard.chosen = null;
		this.wizard.apply(state);
		this.wizard.say(__("The account is connected."));
	}

	choose(signup) {
		Object.assign(this, { phase: "choose", candidates: signup.candidates ?? [], name: signup.name ?? this.name });
		this.wizard.render();
	}

	/** The user chose one of several accounts. */
	async chosen(waba_id) {
		const { signup, state } = await this.wizard.call("choose_account", { signup: this.name, waba_id });
		if (signup.state === "Linked") return this.linked(state);
		throw Object.assign(new Error("signup"), { messages: [signup.explanation || signup.problem] });
	}

	fail(run, text, title = __("The account is not connected yet")) {
		if (this.run !== run) return;
		clearTimeout(run.timer);
		Object.assign(this, { phase: "idle", problem: { title, text } });
		this.wizard.render();
		this.wizard.say(text);
	}
}
