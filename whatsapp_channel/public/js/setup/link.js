// Step 1: the Facebook business and its WhatsApp Business Account.
import { badge } from "../components/badge.js";
import { actions, button, externalLink, linkButton, setBusy } from "../components/button.js";
import { facts, notice, paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { choices } from "../components/form.js";
import { __, minute } from "../text.js";
import { Signup } from "./signup.js";

/** The view of step 1. */
export function link(wizard) {
	const memory = wizard.memory("link");
	const signup = wizard.memory("signup", () => new Signup(wizard));
	const account = wizard.state.account;
	const pending = signup.pending;
	if (signup.phase === "choose") return choose(wizard, signup);
	if (pending?.state === "Choose Account" && !signup.run)
		return choose(
			wizard,
			Object.assign(signup, { phase: "choose", candidates: pending.candidates, name: pending.name }),
		);
	const connected = account && !account.needs_reconnect && !memory.connecting;
	return connected ? summary(wizard, account, memory) : connect(wizard, signup, memory);
}

// -- connecting --------------------------------------------------------------------------------------------------------

function connect(wizard, signup, memory) {
	const { account } = wizard.state;
	const again = account?.needs_reconnect && !memory.connecting ? account : null;
	signup.prepare();
	const title = again ? __("Reconnect {0}", [again.label]) : __("Link your Facebook and WhatsApp Business accounts");
	return {
		part: again ? "reconnect" : "connect",
		title,
		nodes: [
			again
				? notice(
						"error",
						__("Meta no longer accepts the access of this account"),
						paragraph(again.attention || ""),
					)
				: null,
			again
				? paragraph(
						__("Messages still arrive and are kept. Replies wait until the account is connected again."),
					)
				: null,
			memory.connecting ? linkButton(__("Back to the connected account"), () => leave(wizard, memory)) : null,
			...withFacebook(wizard, signup, again),
			byHand(wizard, signup, memory, again),
		],
	};
}

function leave(wizard, memory) {
	memory.connecting = false;
	wizard.render();
}

function withFacebook(wizard, signup, again) {
	if (signup.obstacle)
		return [notice("info", __("Connecting with Facebook is not available here"), paragraph(signup.obstacle))];
	if (signup.sdk === "failed") return [failedScript(wizard, signup)];
	if (signup.phase !== "idle") return [inProgress(wizard, signup)];
	return [
		signup.problem ? notice("error", signup.problem.title, paragraph(signup.problem.text)) : null,
		signup.pending ? brokenOff(wizard, signup, signup.pending) : null,
		make(
			"div",
			{ class: "wac-lead" },
			paragraph(
				__(
					"Meta opens a window in which you log in to Facebook and choose the business portfolio, the WhatsApp Business Account and, if you like, the number.",
				),
			),
			launchButton(wizard, signup, again),
			paragraph(
				__(
					"You stay the owner of the account. This site gets a token that you can take back at Meta at any time.",
				),
				"wac-help",
			),
		),
	];
}

function brokenOff(wizard, signup, pending) {
	const told =
		pending.explanation && pending.explanation !== signup.problem?.text ? paragraph(pending.explanation) : null;
	const button = wizard.button(__("Continue with the access that Meta gave"), () => signup.goOn(pending), {
		id: "wac-go-on",
	});
	return notice("info", __("A sign-up was not finished"), told, button);
}

function launchButton(wizard, signup, again) {
	const ready = signup.sdk === "ready";
	const words = signup.problem ? __("Try again") : __("Continue with Facebook");
	// Not through wizard.run: the window must open while the click is handled.
	const launch = button(ready ? words : __("Getting Meta's script …"), () => signup.launch(again?.name), {
		primary: true,
		large: true,
		id: "wac-launch",
	});
	setBusy(launch, !ready);
	return launch;
}

function inProgress(wizard, signup) {
	const saving = signup.phase === "saving";
	const title = saving ? __("Connecting the account …") : __("Go on in Meta's window");
	const text = saving
		? __("The code from Meta is being exchanged, and the webhooks are set up. This takes some seconds.")
		: __("When you are done there, this page goes on by itself. Closing the window cancels and changes nothing.");
	const buttons = actions(
		[
			button(__("Show the window"), () => signup.showWindow(), { primary: true, id: "wac-window" }),
			button(__("Cancel"), () => signup.giveUp(), { id: "wac-cancel" }),
		],
		{ start: true },
	);
	return make(
		"div",
		{ class: "wac-waiting", role: "status" },
		make("span", { class: "wac-spinner", "aria-hidden": "true" }),
		make("div", {}, make("h3", {}, title), paragraph(text), saving ? null : buttons),
	);
}

function failedScript(wizard, signup) {
	const again = button(__("Try again"), () => signup.reload(), { primary: true, id: "wac-sdk" });
	return notice(
		"error",
		__("Meta's script could not be loaded"),
		paragraph(
			__(
				"The browser did not get it from {0}. Usually an ad or tracking blocker, a strict privacy setting or the company's network is in the way.",
				[new URL(signup.settings.sdk_url).host],
			),
		),
		paragraph(
			__(
				"Allow this address and third-party cookies for this page, then try again. Or connect by hand, which needs no script of Meta.",
			),
		),
		again,
	);
}

// -- by hand -----------------------------------------------------------------------------------------------------------

function byHand(wizard, signup, memory, again) {
	const open = memory.byHand ?? Boolean(signup.obstacle || signup.sdk === "failed");
	const element = make(
		"details",
		{ class: "wac-more", open },
		make("summary", { id: "wac-by-hand" }, __("Connect by hand, with an access token")),
		manualForm(wizard, again, memory),
	);
	element.addEventListener("toggle", () => (memory.byHand = element.open));
	return element;
}

function manualForm(wizard, again, memory) {
	const draft = wizard.drafts.of("manual");
	const form = wizard.newForm("manual", draft);
	const secret = { autocomplete: "off", spellcheck: "false", "data-1p-ignore": "", "data-lpignore": "true" };
	const needsSecret = !wizard.state.receiving?.secret_set;
	const fields = [
		form.field({
			name: "access_token",
			label: __("Access Token"),
			type: "password",
			required: true,
			attributes: secret,
			help: __(
				"Of a system user with full control of the account: Meta Business Suite > Business settings > System users > Generate token, with whatsapp_business_management and whatsapp_business_messaging.",
			),
		}),
		form.field({
			name: "waba_id",
			label: __("WhatsApp Business Account ID"),
			required: true,
			value: again?.waba_id,
			attributes: { inputmode: "numeric", autocomplete: "off" },
			check: onlyDigits,
			help: __("Digits. Meta Business Suite > Business settings > WhatsApp accounts."),
		}),
		form.field({
			name: "app_secret",
			label: __("App Secret"),
			type: "password",
			required: needsSecret,
			attributes: secret,
			help: needsSecret
				? __("Of your Meta app: App settings > Basic. With it this site recognises Meta's webhooks.")
				: __("Only if the token belongs to a Meta app whose secret is not stored here yet."),
		}),
	];
	const connectNow = async () => {
		await wizard.perform("link_manually", { ...form.values() });
		wizard.drafts.forget("manual");
		memory.connecting = false;
		wizard.show(null);
	};
	const buttons = [
		wizard.button(__("Check and connect"), null, { submit: true, primary: true, id: "wac-manual-send" }),
	];
	return wizard.form(form, buttons, connectNow, fields);
}

function onlyDigits(text) {
	return /^\d+$/.test(text) ? "" : __("An ID has digits only.");
}

// -- choosing among several ---------------------------------------------------------------------------------------------

function choose(wizard, signup) {
	const options = signup.candidates.map(({ waba_id, label }) => ({
		value: waba_id,
		label: label || waba_id,
		help: __("Account {0}", [waba_id]),
	}));
	const memory = wizard.memory("link");
	const group = choices({
		legend: __("Accounts that you shared"),
		name: "candidate",
		options,
		chosen: memory.candidate ?? options[0]?.value,
		changed: (value) => (memory.candidate = value),
	});
	const { top: error, fail } = wizard.errorPlace("choose");
	return {
		part: "choose",
		title: __("Which account should the channel use?"),
		nodes: [
			paragraph(
				__("You shared several WhatsApp Business Accounts. The others can be connected later in the same way."),
			),
			group.element,
			error,
			actions([
				button(__("Start again"), () => signup.giveUp()),
				wizard.button(__("Use this account"), () => signup.chosen(group.value()), {
					primary: true,
					fail,
					id: "wac-choose",
				}),
			]),
		],
	};
}

// -- connected ---------------------------------------------------------------------------------------------------------

function summary(wizard, account, memory) {
	const told = wizard.errorPlace("summary");
	const { state, reason } = wizard.state.steps[0];
	const done = state === "done";
	return {
		part: `summary/${account.name}`,
		title: done ? __("{0} is connected", [account.label]) : __("{0} is not quite connected", [account.label]),
		nodes: [
			otherAccounts(wizard),
			!done && reason ? notice("warning", "", paragraph(reason)) : null,
			obstacles(account),
			facts([
				[__("Account ID"), account.waba_id],
				[__("Business portfolio"), account.business_id],
				[
					__("Connected"),
					account.linked_by === "Manual" ? __("by hand") : account.linked_by ? __("with Facebook") : null,
				],
				[__("Business verification"), words(account.verification)],
				[__("Review by WhatsApp"), words(account.review)],
				[__("Payment method"), payment(account.payment_method)],
				[
					__("Token ends"),
					account.token_expires_on
						? minute(account.token_expires_on)
						: account.linked_by
							? __("never")
							: null,
				],
			]),
			webhooks(wizard, account),
			told.top,
			actions([
				linkButton(__("Connect another account"), () => {
					memory.connecting = true;
					wizard.render();
				}),
				wizard.button(__("Ask Meta again"), () => wizard.performHere("refresh", { account: account.name }), {
					id: "wac-refresh",
					fail: told.fail,
				}),
				next(wizard),
			]),
		],
	};
}

function otherAccounts(wizard) {
	const { accounts, account } = wizard.state;
	if (accounts.length < 2) return null;
	const select = make(
		"select",
		{ class: "wac-input", id: "wac-account" },
		accounts.map((each) => make("option", { value: each.name }, `${each.label} (${__(each.state)})`)),
	);
	select.value = account.name;
	select.addEventListener("change", () => {
		wizard.place = { account: select.value, number: null };
		wizard.chosen = "link";
		wizard.refresh();
	});
	return make("div", { class: "wac-field" }, make("label", { htmlFor: "wac-account" }, __("Account")), select);
}

function obstacles({ restriction, attention, payment_method }) {
	return [
		restriction ? notice("error", __("Meta restricts this account"), paragraph(restriction)) : null,
		attention ? notice("warning", __("Needs attention"), paragraph(attention)) : null,
		payment_method === "Missing"
			? notice(
					"info",
					__("No payment method yet"),
					paragraph(
						__(
							"Answers to customers work without one up to Meta's free allowance. Templates and more need it.",
						),
					),
					externalLink(__("Add it in the billing hub"), "https://business.facebook.com/billing_hub/"),
				)
			: null,
	];
}

function webhooks(wizard, account) {
	const confirmed = account.subscription === "Confirmed";
	const { top: error, fail } = wizard.errorPlace("webhooks");
	const { receiving } = wizard.state;
	return make(
		"div",
		{ class: "wac-box" },
		make(
			"div",
			{ class: "wac-box-head" },
			make("h3", {}, __("Receiving messages")),
			confirmed
				? badge(__("Confirmed"), "green")
				: badge(account.subscription === "Lost" ? __("Lost") : __("Not confirmed"), "orange"),
		),
		facts([
			[__("Meta calls"), make("code", {}, account.callback_url || receiving.callback_url)],
			[__("Checked"), account.subscription_checked_on ? minute(account.subscription_checked_on) : null],
		]),
		receiving.https
			? null
			: paragraph(
					__("Meta calls HTTPS addresses only. This one is good for the sandbox and nothing else."),
					"wac-help",
				),
		receiving.secret_set
			? null
			: notice(
					"warning",
					__("No app secret is stored"),
					paragraph(__("Without it every webhook is refused. Connect by hand once more and enter it.")),
				),
		error,
		wizard.button(
			confirmed ? __("Repeat") : __("Set up now"),
			() => wizard.performHere("subscribe", { account: account.name }),
			{ id: "wac-subscribe", fail, primary: !confirmed },
		),
	);
}

function next(wizard) {
	const follows = wizard.state.steps[1];
	if (follows.state === "blocked") return null;
	const { current } = wizard.state;
	const target = current === "link" || current === "done" ? "profile" : null;
	return wizard.button(__("Continue"), () => wizard.show(target), { primary: current !== "link", id: "wac-next" });
}

function payment(value) {
	return { Present: __("present"), Missing: __("missing") }[value] ?? null;
}

// Meta's own words (APPROVED, pending_submission): readable, and as they are.
function words(value) {
	const text = String(value ?? "")
		.replaceAll("_", " ")
		.toLowerCase();
	return text ? text[0].toUpperCase() + text.slice(1) : null;
}
