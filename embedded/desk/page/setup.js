// The set-up of WhatsApp without a bench: the app's own pages, mounted by plain HTML. `#/channels`, `#/setup?account=…`.
import { ask, messageOf, upload } from "/assets/whatsapp_channel/js/setup/http.js";

const $ = (id) => document.getElementById(id);
const FORGOTTEN = [401, 403];
const PAUSE = 1500; // milliseconds until a server that did not answer is asked again
let about = null;
const listeners = new Set();

// -- the server ----------------------------------------------------------------------------------------------------------

function logIn() {
	return ask("login", { usr: about.administrator, pwd: about.administrator_password });
}

/** The tickets page of this browser may have logged in its agent meanwhile. */
async function send(method, body) {
	const first = await ask(method, body);
	if (!FORGOTTEN.includes(first[0].status)) return first;
	await logIn();
	return ask(method, body);
}

async function call(method, args) {
	return messageOf(await send(method, args));
}

/** The demo reports that something changed, not what: everybody looks. */
function subscribe(doctype, name, callback) {
	const listener = { callback };
	listeners.add(listener);
	return () => listeners.delete(listener);
}

async function follow() {
	let seen = -1;
	for (;;) {
		try {
			const last = await call("embedded.desk.changes", { since: seen });
			if (seen >= 0 && last > seen) for (const { callback } of [...listeners]) callback();
			seen = last;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, PAUSE));
		}
	}
}

// -- the page ------------------------------------------------------------------------------------------------------------

function toast(kind, text) {
	const element = Object.assign(document.createElement("div"), { className: `toast ${kind}`, textContent: text });
	$("toasts").append(element);
	setTimeout(() => element.remove(), kind === "error" ? 10000 : 4000);
}

const PLACES = { "instant-messaging": "#/channels", "whatsapp-setup": "#/setup" };

/** Documents and their lists belong to a bench's desk; here the set-up takes their place. */
function route(place) {
	if (typeof place === "object" && place.doctype === "WhatsApp Channel") return showChannel(place.name);
	if (/^https?:/.test(place)) return window.open(place, "_blank", "noopener");
	const [path, query] = String(place).split("?");
	if (!PLACES[path]) return toast("info", "This page belongs to the desk of a bench, which the demo does not have.");
	location.hash = PLACES[path] + (query ? `?${query}` : "");
}

async function showChannel(name) {
	const { number } = await call("frappe.client.get", { doctype: "WhatsApp Channel", name });
	const { account } = await call("frappe.client.get", { doctype: "WhatsApp Number", name: number });
	location.hash = `#/setup?${new URLSearchParams({ account, number })}`;
}

const host = { call, subscribe, upload: (file, options) => upload(send, file, options?.private), route, toast };
let leave = () => {};

/** Keeps in the address where the wizard is, so that a reload continues there. */
function moved({ account, number }) {
	const place = Object.entries({ account, number }).filter(([, value]) => value);
	const query = place.length ? `?${new URLSearchParams(place)}` : "";
	history.replaceState(null, "", `#/setup${query}`);
}

function openPage() {
	leave();
	const root = document.createElement("div");
	$("main").replaceChildren(root);
	const [path, query] = location.hash.split("?");
	const { setup, channels } = window.whatsapp_channel;
	if (path === "#/setup") {
		document.title = "Connect WhatsApp";
		leave = setup.mount(root, host, { ...Object.fromEntries(new URLSearchParams(query ?? "")), moved });
	} else {
		document.title = "Instant Messaging";
		leave = channels.mount(root, host);
	}
	window.scrollTo(0, 0);
}

async function start() {
	about = await (await fetch("/desk/about.json")).json();
	await logIn();
	$("administrator").textContent = `${about.administrator_name} (${about.administrator})`;
	$("phone").href = about.phone_url;
	$("phone").hidden = false;
	window.addEventListener("hashchange", openPage);
	openPage();
	follow();
}

start();
