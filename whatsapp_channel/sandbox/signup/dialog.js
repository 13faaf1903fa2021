"use strict";
// The dialog shows what POST /signup/sessions… says of the present screen, and tells its opener how it ended.

const $ = (id) => document.getElementById(id);
const SCREENS = [...document.forms].map((form) => form.id);
const query = new URLSearchParams(location.search);
let view = null;
let ended = false;

async function post(path, body, more = {}) {
	const headers = { "Content-Type": "application/json" };
	const response = await fetch(`/signup/sessions${path}`, {
		method: "POST",
		headers,
		body: JSON.stringify(body),
		...more,
	});
	const answer = await response.json();
	if (!response.ok) throw Object.assign(new Error(answer.error), { field: answer.field });
	return answer;
}

/** Runs what a button does, once at a time; what fails is told above the form. */
async function act(action) {
	if ($("continue").disabled) return;
	for (const button of document.querySelectorAll("button")) button.disabled = true;
	try {
		await action();
	} catch (problem) {
		tell(problem.message, problem.field);
	} finally {
		for (const button of document.querySelectorAll("button")) button.disabled = false;
	}
	focusField();
}

// -- showing -----------------------------------------------------------------------------------------------------

function tell(words, field = null) {
	$("problem").hidden = !words;
	$("problem").textContent = words ?? "";
	for (const input of document.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
	const input = field && form()?.elements[field];
	if (input instanceof HTMLElement) input.setAttribute("aria-invalid", "true");
}

function form() {
	return view && $(view.screen);
}

function show(next) {
	const moved = view?.screen !== next.screen;
	view = next;
	tell(null);
	document.body.dataset.screen = view.screen;
	for (const id of SCREENS) $(id).hidden = id !== view.screen;
	for (const place of document.querySelectorAll("[data-show]")) place.textContent = words(place.dataset.show);
	if (moved) fill();
	const last = view.screen === "DONE";
	$("progress").textContent = `Step ${SCREENS.indexOf(view.screen) + 1} of ${SCREENS.length}`;
	$("continue").textContent = last ? "Finish" : "Continue";
	$("continue").setAttribute("form", view.screen);
	$("continue").hidden = false;
	$("cancel").hidden = $("report").hidden = last;
	document.title = `${form().querySelector("h1").textContent} (sandbox)`;
}

function words(name) {
	const number = view.chosen.number;
	return { app: view.app, number_of: number ? `as ${number}` : "" }[name] ?? view.chosen[name] ?? "";
}

/** The lists and prefilled fields of the screen that has just come up. */
function fill() {
	for (const list of form().querySelectorAll("[data-list]")) fillList(list);
	if (view.screen === "BUSINESS_ACCOUNT_SELECTION") $("business_name").value = view.business_name;
	if (view.screen === "WHATSAPP_BUSINESS_PROFILE_SETUP") {
		$("category").replaceChildren(...view.categories.map((one) => new Option(categoryName(one), one)));
		for (const [name, value] of Object.entries(view.profile)) form().elements[name].value = value;
	}
	toggle();
}

/** "PROF_SERVICES" -> "Prof services" */
function categoryName(one) {
	return one[0] + one.slice(1).toLowerCase().replaceAll("_", " ");
}

function fillList(list) {
	const { list: source, name } = list.dataset;
	const rows = view[source].map((one) => [
		one.id,
		one.number ?? one.name,
		one.number ? `${one.name}${one.verified ? "" : ", not verified"}` : `ID ${one.id}`,
	]);
	if (list.dataset.new) rows.push(["new", list.dataset.new, ""]);
	if (list.dataset.later) rows.push(["later", list.dataset.later, ""]);
	list.replaceChildren(
		list.querySelector("legend"),
		...rows.map((row, position) => choice(name, row, position === 0)),
	);
}

function choice(name, [value, title, note], checked) {
	const input = Object.assign(document.createElement("input"), { type: "radio", name, value, checked });
	const text = document.createElement("span");
	text.append(title);
	if (note) text.append(Object.assign(document.createElement("small"), { textContent: note }));
	const label = Object.assign(document.createElement("label"), { className: "choice" });
	label.append(input, text);
	return label;
}

/** Fields that belong to one choice show with it. */
function toggle() {
	const verified = view.numbers.find((one) => one.verified && one.id === form().elements.number?.value);
	for (const part of form().querySelectorAll("[data-when]")) {
		const [, name, sign, value] = /^(\w+)(!?=)(\w+)$/.exec(part.dataset.when);
		part.hidden = (form().elements[name].value === value) === (sign === "!=") || Boolean(verified);
	}
}

function focusField() {
	const wrong = form()?.querySelector("[aria-invalid]");
	const first = form()?.querySelector("input:checked, input:not([type=radio]), select");
	(wrong ?? first ?? $("continue")).focus();
}

// -- going on ----------------------------------------------------------------------------------------------------

function goOn() {
	const given = Object.fromEntries(new FormData(form()));
	return act(async () =>
		show(await post(`/${view.session}/continue`, { ...given, screen: view.screen, language: language() })),
	);
}

function language() {
	return navigator.language.replace("-", "_");
}

function resend(method) {
	return act(async () => {
		$("sent").textContent = "";
		show(await post(`/${view.session}/resend`, { method, language: language() }));
		$("sent").textContent = method === "SMS" ? "A new code was sent." : "The number is being called.";
	});
}

// -- ending ------------------------------------------------------------------------------------------------------

/** Tells the opener, one message after the other, and closes the window. */
async function end(action) {
	const { messages } = await post(`/${view.session}/${action}`, {});
	ended = true;
	for (const [position, message] of messages.entries()) {
		if (position) await new Promise((resolve) => setTimeout(resolve, view.gap_ms));
		send(message);
	}
	window.close();
	// Only a window that a script opened can be closed by one.
	document.querySelector("main").textContent = "You can close this window now.";
	document.querySelector("footer").hidden = true;
}

function send(message) {
	const target = !view.origin || view.origin === "null" ? "*" : view.origin;
	window.opener?.postMessage(message, target);
}

/** The window is closed by its own button: on the last screen that finishes, before it cancels. */
function leave() {
	if (ended || !view) return;
	for (const message of view.closing) send(message);
	const action = view.screen === "DONE" ? "finish" : "cancel";
	post(`/${view.session}/${action}`, {}, { keepalive: true }).catch(() => {});
}

async function start() {
	await act(async () => {
		const given = Object.fromEntries(query);
		given.override_default_response_type = given.override_default_response_type === "true";
		given.extras = JSON.parse(given.extras || "{}");
		show(await post("", given));
	});
}

document.addEventListener("submit", (event) => {
	event.preventDefault();
	if (view.screen === "DONE") act(() => end("finish"));
	else goOn();
});
document.addEventListener("change", toggle);
$("cancel").onclick = () => act(() => end("cancel"));
$("report").onclick = () => act(() => end("report"));
for (const button of document.querySelectorAll("[data-resend]")) button.onclick = () => resend(button.dataset.resend);
window.addEventListener("pagehide", leave);
start();
