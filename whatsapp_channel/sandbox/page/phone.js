// The page shows what GET /sandbox/phone says and asks again whenever the event stream reports a change.
import { make, reconcile } from "./components/dom.js";
import { TEXTS } from "./texts.js";

const $ = (id) => document.getElementById(id);
const state = { chosen: null, data: null, drafts: new Map(), kinds: {}, reading: false, stale: false, loading: null };

/** A text of the table with its {places} filled. */
function text(key, values = {}) {
	return TEXTS[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function fillTexts() {
	for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
	for (const element of document.querySelectorAll("[data-label]"))
		element.setAttribute("aria-label", text(element.dataset.label));
	for (const element of document.querySelectorAll("[data-placeholder]"))
		element.placeholder = text(element.dataset.placeholder);
	document.title = text("title");
}

// -- talking to the sandbox --------------------------------------------------------------------------------------

async function call(method, path, body) {
	const headers = body === undefined ? {} : { "Content-Type": "application/json" };
	let response;
	try {
		response = await fetch(`/sandbox/${path}`, {
			method,
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	} catch {
		showAlert(text("unreachable"), "unreachable");
		throw new Error(text("unreachable"));
	}
	hideAlert("unreachable");
	const answer = await response.json();
	if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
	return answer;
}

/** Runs an action of the person at the page; a failure is told at the top. */
async function act(action) {
	try {
		await action();
		hideAlert("problem");
		return true;
	} catch (problem) {
		if ($("alert").dataset.kind !== "unreachable")
			showAlert(text("problem", { reason: problem.message }), "problem");
		return false;
	}
}

function showAlert(words, kind) {
	$("alert").dataset.kind = kind;
	$("alert").textContent = words;
	$("alert").hidden = false;
	// The event stream may have survived what failed, so nothing else would ask again.
	if (kind === "unreachable")
		state.again ??= setTimeout(() => {
			state.again = null;
			load();
		}, 2000);
}

function hideAlert(kind) {
	if ($("alert").dataset.kind === kind) {
		$("alert").hidden = true;
		$("alert").dataset.kind = "";
	}
}

/** Asks for the present state; a change during the question asks once more. */
function load() {
	state.stale = true;
	state.loading ??= loadUntilFresh().finally(() => {
		state.loading = null;
	});
	return state.loading;
}

async function loadUntilFresh() {
	while (state.stale) {
		state.stale = false;
		const chosen = state.chosen;
		try {
			const data = await call("GET", `phone${chosen ? `?customer=${encodeURIComponent(chosen)}` : ""}`);
			if (chosen === state.chosen) show(data);
		} catch {
			return; // the alert tells; the event stream calls again
		}
	}
}

function listen() {
	const events = new EventSource("/sandbox/events");
	events.onmessage = load;
	events.onopen = () => {
		hideAlert("unreachable");
		showCredentials();
	};
	events.onerror = () => {
		showAlert(text("unreachable"), "unreachable");
		if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
	};
}

// -- showing -----------------------------------------------------------------------------------------------------

function show(data) {
	state.data = data;
	state.chosen = data.chosen;
	showCustomers(data);
	showOwnPhones(data.codes);
	showPhone(data);
	showBusiness(data.business);
	showFaults(data.faults);
	readIfSeen();
}

function initials(name) {
	const words = name.replace(/[+\d]/g, "").trim().split(/\s+/).filter(Boolean);
	return (
		words
			.slice(0, 2)
			.map((word) => [...word][0].toUpperCase())
			.join("") || "#"
	);
}

function avatar(name, id) {
	const hue = [...id].reduce((sum, character) => sum + character.codePointAt(0), 0) % 6;
	return make("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, initials(name));
}

function showCustomers(data) {
	$("no-customers").hidden = data.customers.length > 0;
	const rows = data.customers.map((one) => [
		one.wa_id,
		{ ...one, current: one.wa_id === data.chosen, day: new Date().toDateString() },
		customerRow,
	]);
	reconcile($("customers"), rows);
}

function customerRow(one) {
	const last = one.last ? (one.last.outgoing ? "" : text("you")) + one.last.text : text("nothing_written");
	const badge = one.unread
		? make(
				"span",
				{ class: "row-badge", role: "img", "aria-label": text("unread", { count: one.unread }) },
				String(one.unread),
			)
		: make("span");
	const button = make(
		"button",
		{
			type: "button",
			class: "row-button",
			"aria-current": one.current ? "true" : "false",
			title: one.number,
			onclick: () => choose(one.wa_id, true),
		},
		avatar(one.name, one.wa_id),
		make("span", { class: "row-name" }, one.name),
		make("span", { class: "row-time" }, one.last ? shortTime(one.last.at) : ""),
		make("span", { class: "row-last" }, one.typing ? text("typing") : last),
		badge,
	);
	return make("li", {}, button);
}

/** What WhatsApp wrote or said to the business's numbers, the newest first. */
function showOwnPhones(texts) {
	$("own").hidden = !texts.length;
	reconcile($("own-texts"), texts.map((one, position) => [`${position} ${one.at}`, one, ownText]).reverse());
}

function ownText(one) {
	const spoken = one.method === "VOICE";
	const words = make("p", { lang: one.language.replace("_", "-") }, spoken ? `“${one.text}”` : one.text);
	const head = make(
		"p",
		{ class: "own-head" },
		make("strong", {}, one.number),
		make("time", { datetime: one.at }, shortTime(one.at)),
	);
	return make("li", {}, head, make("p", { class: "hint" }, text(spoken ? "own_voice" : "own_sms")), words);
}

function shortTime(at) {
	const moment = new Date(at);
	return moment.toDateString() === new Date().toDateString()
		? clock(moment)
		: moment.toLocaleDateString([], { day: "numeric", month: "short" });
}

function clock(moment) {
	return moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function dayName(moment) {
	const yesterday = new Date();
	yesterday.setDate(yesterday.getDate() - 1);
	if (moment.toDateString() === new Date().toDateString()) return text("today");
	if (moment.toDateString() === yesterday.toDateString()) return text("yesterday");
	return moment.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

function chosenCustomer() {
	return state.data?.customers.find((one) => one.wa_id === state.chosen) ?? null;
}

function showPhone(data) {
	const customer = chosenCustomer();
	$("phone").hidden = !customer;
	$("nobody").hidden = Boolean(customer);
	$("columns").classList.toggle("in-chat", Boolean(customer));
	if (!customer) return;
	$("business-name").textContent = data.business.name;
	$("business-avatar").textContent = initials(data.business.name);
	$("business-state").textContent = customer.typing ? text("typing") : data.business.number;
	$("scroll").setAttribute("aria-label", text("conversation", { name: data.business.name }));
	$("off").checked = !customer.online;
	$("off-note").hidden = customer.online;
	$("empty-chat").hidden = data.messages.length > 0;
	$("empty-chat-title").textContent = text("empty_chat", { name: data.business.name });
	showMessages(data);
}

function showMessages(data) {
	const scroll = $("scroll");
	const atEnd =
		scroll.dataset.customer !== data.chosen || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
	const byId = new Map(data.messages.map((one) => [one.wamid, one]));
	const wanted = [];
	let day = "";
	for (const one of data.messages) {
		const moment = new Date(one.at);
		if (moment.toDateString() !== day) {
			day = moment.toDateString();
			wanted.push([`day ${wanted.length} ${day}`, dayName(moment), (name) => make("li", { class: "day" }, name)]);
		}
		const quoted = one.quoted ? (byId.get(one.quoted)?.text ?? "…") : null;
		// Not what the bubble leaves out (the raw message, the number of attempts), or it would be rebuilt under the mouse.
		const { wamid, outgoing, at, text: words, status, error, read_by_business, post } = one;
		const shown = {
			wamid,
			outgoing,
			at,
			text: words,
			error,
			read_by_business,
			quoted,
			failed: status === "failed",
		};
		wanted.push([
			wamid,
			{
				...shown,
				post: post && { state: post.state, reason: refusalReason(post) },
				business: data.business.name,
			},
			bubble,
		]);
	}
	if (scroll.dataset.customer !== data.chosen) $("messages").replaceChildren();
	reconcile($("messages"), wanted);
	scroll.dataset.customer = data.chosen;
	if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

/** Why the helpdesk did not take a message, with the way out where one is known. */
function refusalReason(post) {
	if (post.state !== "refused") return null;
	if (post.http_status) return TEXTS[`http_${post.http_status}`] ?? post.reason;
	return post.attempts ? text("no_connection", { reason: post.reason }) : post.reason;
}

function bubble(one) {
	const moment = new Date(one.at);
	const who = one.outgoing ? text("from_business", { name: one.business }) : text("from_customer");
	const meta = make(
		"span",
		{ class: "meta" },
		make("time", { datetime: one.at, title: moment.toLocaleString() }, clock(moment)),
		one.outgoing ? null : tick(one),
	);
	return make(
		"li",
		{ class: `bubble ${one.outgoing ? "theirs" : "mine"}`, "aria-label": who },
		one.quoted ? make("div", { class: "quote" }, one.quoted) : null,
		make("div", { class: "body" }, ...formatted(one.text)),
		meta,
		trouble(one),
	);
}

const ONE_TICK = "M5 6.5 8 9.5 14 2.5";
const TWO_TICKS = "M1 6.5 4 9.5 10 2.5 M8.2 8.8 9 9.5 16 2.5";

/** One tick: posted. Two: the helpdesk answered 200. Blue: the business read it. "!": not taken. */
function tick(one) {
	if (one.post.state === "refused")
		return make(
			"span",
			{ class: "tick refused", role: "img", "aria-label": text("refused", { reason: one.post.reason }) },
			"!",
		);
	const key = one.read_by_business ? "read" : one.post.state;
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	svg.setAttribute("viewBox", "0 0 18 12");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	path.setAttribute("d", key === "answered" || key === "read" ? TWO_TICKS : ONE_TICK);
	svg.append(path);
	return make("span", { class: `tick ${key}`, role: "img", "aria-label": text(key), title: text(key) }, svg);
}

function trouble(one) {
	if (one.outgoing) {
		if (!one.failed) return null;
		return make(
			"div",
			{ class: "trouble" },
			text("failed", { code: one.error.code, reason: one.error.error_data.details }),
		);
	}
	if (one.post.state !== "refused") return null;
	const retry = () => act(() => call("POST", "retry", { wamid: one.wamid }));
	return make(
		"div",
		{ class: "trouble" },
		make("span", {}, text("refused_short", { reason: one.post.reason })),
		make("button", { type: "button", onclick: retry }, text("retry")),
	);
}

const MARKS = [
	[/```([\s\S]+?)```/, "code"],
	[/`([^`\n]+)`/, "code"],
	[/(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])/, "strong"],
	[/(?<![\w_])_(\S(?:[^_\n]*\S)?)_(?![\w_])/, "em"],
	[/(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])/, "s"],
	[/(https?:\/\/[^\s<>()]+)/, "a"],
];

/** WhatsApp's own marks (*bold*, _italic_, ~strike~, ```code```) and links, as nodes. */
function formatted(words) {
	let first = null;
	for (const [pattern, tag] of MARKS) {
		const found = pattern.exec(words);
		if (found && (!first || found.index < first.found.index)) first = { found, tag };
	}
	if (!first) return words ? [document.createTextNode(words)] : [];
	const { found, tag } = first;
	const inner = tag === "code" || tag === "a" ? [found[1]] : formatted(found[1]);
	const node = make(
		tag,
		tag === "a" ? { href: found[1], rel: "noreferrer noopener", target: "_blank" } : {},
		...inner,
	);
	const before = words.slice(0, found.index);
	return [
		...(before ? [document.createTextNode(before)] : []),
		node,
		...formatted(words.slice(found.index + found[0].length)),
	];
}

// -- tools -------------------------------------------------------------------------------------------------------

function showBusiness(business) {
	if (document.activeElement !== $("callback-url") && !$("callback").dataset.edited)
		$("callback-url").value = business.callback_url ?? "";
	fact("fact-callback", ...callbackFact(business));
	const last = business.last_answer;
	if (!last) fact("fact-answer", text("no_answer"), "");
	else if (last.status === null) fact("fact-answer", text("answer_error", { reason: last.error }), "bad");
	else
		fact(
			"fact-answer",
			`${clock(new Date(last.at))} · ${text("answer_ok", last)}${last.status === 200 ? "" : ` · ${last.answer.slice(0, 160)}`}`,
			last.status === 200 ? "good" : "bad",
		);
	const waiting = business.pending + business.held + business.unsent;
	fact("fact-waiting", String(waiting), waiting ? "bad" : "");
}

function callbackFact(business) {
	if (!business.subscribed) return [text("not_subscribed"), "bad"];
	if (!business.callback_url)
		return [business.problem ? text("not_verified", { reason: business.problem }) : text("callback_none"), "bad"];
	if (business.verified) return [text("verified"), "good"];
	return business.verified === false
		? [text("not_verified", { reason: business.problem }), "bad"]
		: [text("not_tried"), ""];
}

function fact(id, words, look) {
	if ($(id).textContent !== words) $(id).textContent = words;
	$(id).className = look;
}

function faultName(kind) {
	return TEXTS[`kind_${kind}`] ?? kind;
}

function showFaults(waiting) {
	const rows = waiting.map((one) => [String(one.id), one, faultRow]);
	if (!rows.length) rows.push(["none", null, () => make("li", { class: "none" }, text("fault_none"))]);
	reconcile($("faults"), rows);
}

function faultRow(one) {
	const remove = () => act(() => call("DELETE", "faults", { id: one.id }));
	const name = faultName(one.kind);
	return make(
		"li",
		{},
		make("span", {}, text("fault_waiting", { kind: name, count: one.count })),
		make(
			"button",
			{ type: "button", class: "icon", "aria-label": text("fault_remove", { kind: name }), onclick: remove },
			"×",
		),
	);
}

async function loadKinds() {
	const { kinds } = await call("GET", "faults");
	state.kinds = kinds;
	$("fault-kind").replaceChildren(
		...["request", "webhook"].map((on) => {
			const group = make("optgroup", { label: text(`fault_group_${on}`) });
			for (const [kind, about] of Object.entries(kinds))
				if (about.on === on) group.append(make("option", { value: kind }, faultName(kind)));
			return group;
		}),
	);
	showFaultFields();
}

function showFaultFields() {
	const kind = $("fault-kind").value;
	$("fault-help").textContent = TEXTS[`help_${kind}`] ?? state.kinds[kind]?.help ?? "";
	$("field-ms").hidden = !["latency", "delay", "media_drip"].includes(kind);
	$("field-code").hidden = !["error", "throttled", "server_error"].includes(kind);
	$("fault-code").required = kind === "error";
	$("field-times").hidden = !["duplicate", "media_endless", "media_bomb"].includes(kind);
}

async function orderFault() {
	const kind = $("fault-kind").value;
	const fault = { kind, count: Number($("fault-count").value) };
	if (!$("field-ms").hidden) fault.ms = Number($("fault-ms").value);
	if (!$("field-code").hidden && $("fault-code").value) fault.code = Number($("fault-code").value);
	if (!$("field-times").hidden) fault.times = Number($("fault-times").value);
	await call("POST", "faults", fault);
}

/** Sends each chosen file as a message of its own, as WhatsApp does; what is written becomes the first one's caption. */
async function sendFiles() {
	const [files, customer] = [[...$("files").files], state.chosen];
	$("files").value = "";
	let caption = $("text").value.trim();
	for (const file of files) {
		const kind = ["image", "video", "audio"].find((one) => file.type.startsWith(`${one}/`)) ?? "document";
		const data = await new Promise((resolve, reject) => {
			const reader = new FileReader();
			reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
			reader.onerror = () => reject(reader.error);
			reader.readAsDataURL(file);
		});
		const filename = kind === "document" ? file.name : undefined;
		await call("POST", `customers/${customer}/files`, { kind, data, mime_type: file.type, filename, caption });
		if (caption) $("text").value = caption = "";
	}
}

async function showCredentials() {
	let config;
	try {
		({ config } = await call("GET", "state"));
	} catch {
		return; // the alert tells, and a new connection asks again
	}
	if (!$("callback-token").value) $("callback-token").value = config.verify_token;
	const rows = [
		["base_url", location.origin],
		["sdk_url", `${location.origin}/en_US/sdk.js`],
		["config_id", config.config_id],
		["app_id", config.app_id],
		["app_secret", config.app_secret],
		["verify_token", config.verify_token],
		["token", config.token],
		["waba_id", config.waba_id],
		["phone_number_id", config.phone_number_id],
		["business_number", config.number],
	];
	$("credentials").replaceChildren(
		...rows.map(([key, value]) => {
			const button = make(
				"button",
				{ type: "button", class: "plain", "aria-label": text("copy", { name: text(key) }) },
				"⧉",
			);
			button.addEventListener("click", () =>
				act(async () => {
					await navigator.clipboard.writeText(value);
					button.textContent = text("copied");
				}),
			);
			return make("div", {}, make("dt", {}, text(key)), make("dd", {}, make("code", {}, value)), button);
		}),
	);
}

function toggleTools(open) {
	$("tools").hidden = !open;
	$("columns").classList.toggle("with-tools", open);
	$("tools-toggle").setAttribute("aria-expanded", String(open));
	$("tools-toggle").textContent = text(open ? "panel_hide" : "panel_show");
}

// -- doing -------------------------------------------------------------------------------------------------------

function choose(waId, focus) {
	if (state.chosen) state.drafts.set(state.chosen, $("text").value);
	state.chosen = waId;
	history.replaceState(null, "", waId ? `#${waId}` : " ");
	$("text").value = state.drafts.get(waId) ?? "";
	load().then(() => {
		if (focus && waId) $("text").focus();
		grow();
	});
}

async function send() {
	const words = $("text").value.trim();
	const customer = state.chosen;
	if (!words || !customer) return;
	$("text").value = "";
	grow();
	const done = await act(() => call("POST", `customers/${customer}/messages`, { text: words }));
	if (!done && !$("text").value) $("text").value = words;
	$("scroll").scrollTop = $("scroll").scrollHeight;
}

/** Looking at the chat reads it: the page must be in front and the phone on. */
async function readIfSeen() {
	const customer = chosenCustomer();
	if (!customer?.unread || !customer.online || state.reading || document.hidden || !document.hasFocus()) return;
	state.reading = true;
	try {
		await call("POST", `customers/${customer.wa_id}/read`, {});
	} catch {
		state.stale = true; // the alert tells; the next look reads again
	} finally {
		state.reading = false;
	}
}

function openDialog() {
	$("new-customer").reset();
	dialogError(null);
	$("dialog").showModal();
	$("new-name").focus();
}

function dialogError(words, field) {
	$("new-error").hidden = !words;
	$("new-error").textContent = words ?? "";
	for (const id of ["new-name", "new-number"]) $(id).setAttribute("aria-invalid", String(id === field));
	if (field) $(field).focus();
}

async function addCustomer(event) {
	event.preventDefault();
	const name = $("new-name").value.trim();
	const number = $("new-number").value.trim();
	if (!name) return dialogError(text("name_missing"), "new-name");
	if (!number) return dialogError(text("number_missing"), "new-number");
	if (!/^\+[\d ().-]+$/.test(number)) return dialogError(text("number_wrong"), "new-number");
	try {
		const made = await call("POST", "customers", { wa_id: number, name });
		$("dialog").close();
		choose(made.wa_id, true);
	} catch (problem) {
		dialogError(problem.message, "new-number");
	}
}

function grow() {
	$("text").style.height = "auto";
	$("text").style.height = `${Math.min($("text").scrollHeight + 2, 130)}px`;
}

/** Arrow keys walk through the customers. */
function walk(event) {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (!step) return;
	const buttons = [...$("customers").querySelectorAll("button")];
	buttons[buttons.indexOf(document.activeElement) + step]?.focus();
	event.preventDefault();
}

function start() {
	fillTexts();
	toggleTools(window.innerWidth > 1100);
	const bar = () =>
		document.documentElement.style.setProperty("--bar", `${document.querySelector(".bar").offsetHeight}px`);
	bar();
	window.addEventListener("resize", bar);
	state.chosen = location.hash.slice(1) || null;
	$("add").onclick = $("add-first").onclick = openDialog;
	$("dialog-cancel").onclick = () => $("dialog").close();
	$("new-customer").onsubmit = addCustomer;
	$("back").onclick = () => choose(null, false);
	$("customers").onkeydown = walk;
	$("tools-toggle").onclick = () => toggleTools($("tools").hidden);
	$("off").onchange = () => act(() => call("POST", `customers/${state.chosen}`, { online: !$("off").checked }));
	$("attach").onclick = () => $("files").click();
	$("files").onchange = () => act(sendFiles);
	$("compose").onsubmit = (event) => {
		event.preventDefault();
		send();
	};
	$("text").oninput = grow;
	$("text").onkeydown = (event) => {
		if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
			event.preventDefault();
			send();
		}
	};
	$("callback").oninput = () => {
		$("callback").dataset.edited = "yes";
	};
	$("callback").onsubmit = (event) => {
		event.preventDefault();
		act(async () => {
			await call("POST", "callback", {
				url: $("callback-url").value.trim(),
				verify_token: $("callback-token").value,
			});
			delete $("callback").dataset.edited;
		});
	};
	$("fault-kind").onchange = showFaultFields;
	$("fault").onsubmit = (event) => {
		event.preventDefault();
		act(orderFault);
	};
	window.addEventListener("focus", readIfSeen);
	document.addEventListener("visibilitychange", readIfSeen);
	act(loadKinds);
	listen();
	load();
}

start();
