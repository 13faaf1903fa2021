// What a page of Frappe's desk gives to the wizard and to the list of channels.
import { ask, messageOf, upload } from "./http.js";

const send = (method, body) => ask(method, body, { "X-Frappe-CSRF-Token": frappe.csrf_token });

/** Tells `callback` when the server reports a change of the document, until the returned function is called. */
function subscribe(doctype, name, callback) {
	const heard = (data) => {
		if (!data?.name || data.name === name) callback();
	};
	const room = [doctype, name];
	const join = () => frappe.realtime.emit("doc_subscribe", ...room);
	join();
	frappe.realtime.socket?.on?.("connect", join);
	for (const event of ["whatsapp_setup", "doc_update"]) frappe.realtime.on(event, heard);
	return () => {
		frappe.realtime.socket?.off?.("connect", join);
		for (const event of ["whatsapp_setup", "doc_update"]) frappe.realtime.off(event, heard);
		frappe.realtime.emit("doc_unsubscribe", ...room);
	};
}

// Places that the pages name, and where the desk has them.
const PLACES = { "new-department": "hd-team/new" };

/** Opens a page of the desk, a document, or an address elsewhere (in a new window). */
function route(place) {
	if (typeof place === "object") return frappe.set_route("Form", place.doctype, place.name);
	if (/^https?:/.test(place)) return window.open(place, "_blank", "noopener");
	const [path, query] = (PLACES[place] ?? place).split("?");
	frappe.route_options = Object.fromEntries(new URLSearchParams(query ?? ""));
	return frappe.set_route(path.split("/"));
}

const COLOURS = { success: "green", error: "red", info: "blue" };

/** The host of a bench. */
export function frappeHost() {
	return {
		call: async (method, args) => messageOf(await send(method, args)),
		upload: (file, options) => upload(send, file, options?.private),
		toast: (kind, text) =>
			frappe.show_alert({ message: frappe.utils.escape_html(text), indicator: COLOURS[kind] ?? "blue" }),
		subscribe,
		route,
	};
}
