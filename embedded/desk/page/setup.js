// The set-up of WhatsApp without a bench: the app's own pages, mounted by plain HTML. `#/channels`, `#/setup?account=…`.
import { frame } from "/desk/frame.js";
import { Session } from "/desk/session.js";

const links = [
	["Channels", "#/channels"],
	["Tickets", "/"],
];
const { toast, introduce } = frame({ skip: "Skip to the set-up", target: "main", links });
const session = new Session("administrator");
const { call, upload } = session;
const listeners = new Set();

/** The demo reports that something changed, not what: everybody looks. */
function subscribe(doctype, name, callback) {
	const listener = { callback };
	listeners.add(listener);
	return () => listeners.delete(listener);
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

const host = { call, subscribe, upload, route, toast };
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
	document.getElementById("main").replaceChildren(root);
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
	await session.open();
	introduce(session);
	window.addEventListener("hashchange", openPage);
	openPage();
	session.follow((news) => {
		if (news) for (const { callback } of [...listeners]) callback();
	});
}

start();
