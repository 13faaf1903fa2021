// What Helpdesk's page gives to form scripts, and the ways to the server: call, toast, $dialog.

let about = null;
const reachable = { listeners: [], value: true };

/** Tells `listener(true or false)` whenever the server begins or ceases to answer. */
export function onReachable(listener) {
	reachable.listeners.push(listener);
}

function setReachable(value) {
	if (reachable.value !== value) for (const listener of reachable.listeners) listener(value);
	reachable.value = value;
}

async function ask(path, options) {
	try {
		const response = await fetch(path, options);
		setReachable(true);
		return response;
	} catch (problem) {
		setReachable(false);
		throw new Error("The server does not answer.", { cause: problem });
	}
}

/** Learns what this start of the demo is about (agent, phone page) and logs the agent in. */
export async function introduce() {
	about = await (await ask("/desk/about.json")).json();
	await post("login", { usr: about.user, pwd: about.password });
	return about;
}

function plain(html) {
	return new DOMParser().parseFromString(html ?? "", "text/html").body.textContent.trim();
}

function failure(method, answer) {
	let messages = [];
	try {
		messages = JSON.parse(answer._server_messages ?? "[]").map((each) => plain(JSON.parse(each).message));
	} catch {
		/* the server wrote something else: what follows says enough */
	}
	if (!messages.length) messages = [plain(answer._error_message) || answer.exception || "Internal Server Error"];
	const error = new Error([method, answer.exc_type, messages[0]].filter(Boolean).join(" "));
	return Object.assign(error, { messages, exc_type: answer.exc_type });
}

async function post(method, args) {
	const headers = { "Content-Type": "application/json", Accept: "application/json" };
	const response = await ask(`/api/method/${method}`, { method: "POST", headers, body: JSON.stringify(args ?? {}) });
	return [response, await response.json().catch(() => ({ exception: `HTTP ${response.status}` }))];
}

/** Calls a whitelisted method; throws an Error with `messages` as Helpdesk's own `call` does. */
export async function call(method, args) {
	let [response, answer] = await post(method, args);
	if ((response.status === 403 || response.status === 401) && (await isGuest())) {
		await post("login", { usr: about.user, pwd: about.password });
		[response, answer] = await post(method, args);
	}
	if (!response.ok) throw failure(method, answer);
	return answer.message;
}

async function isGuest() {
	const [response] = await post("frappe.auth.get_logged_user");
	return !response.ok;
}

/** What a person reads of an error. */
export function wordsOf(error) {
	return error?.messages?.[0] || error?.message || String(error);
}

const LASTS = { success: 4000, info: 5000, warning: 8000, error: 12000 };

function show(kind, words) {
	const toast = document.createElement("div");
	toast.className = `toast ${kind}`;
	if (kind === "error") toast.setAttribute("role", "alert");
	const text = document.createElement("span");
	text.textContent = plain(String(words));
	const close = document.createElement("button");
	close.type = "button";
	close.textContent = "×";
	close.setAttribute("aria-label", "Close the notice");
	close.onclick = () => toast.remove();
	toast.append(text, close);
	document.getElementById("toasts").append(toast);
	setTimeout(() => toast.remove(), LASTS[kind]);
}

/** Notices at the edge of the page. */
export const toast = Object.fromEntries(Object.keys(LASTS).map((kind) => [kind, (words) => show(kind, words)]));

/** The older way of Helpdesk's scripts to the same. */
export function createToast({ title, text, message, iconClasses }) {
	show(/red/.test(iconClasses ?? "") ? "error" : "info", [title, text ?? message].filter(Boolean).join(": "));
}

export function button({ label, variant, theme, icon, iconLeft, disabled }) {
	const made = document.createElement("button");
	made.type = "button";
	made.className = `button ${variant ?? "subtle"} theme-${theme ?? "gray"}`;
	made.disabled = Boolean(disabled);
	if (icon ?? iconLeft) {
		const picture = document.createElement("span");
		picture.className = `picture picture-${icon ?? iconLeft}`;
		picture.setAttribute("aria-hidden", "true");
		made.append(picture);
	}
	made.append(label ?? "");
	return made;
}

/** Helpdesk's dialog: title, message, html and actions; `onClick` gets the function that closes it. */
export function $dialog({ title, message, html, actions }) {
	const dialog = document.getElementById("dialog");
	const heading = Object.assign(document.createElement("h2"), { id: "dialog-title", textContent: title ?? "" });
	const body = document.createElement("div");
	body.className = "dialog-body";
	if (message) body.append(Object.assign(document.createElement("p"), { textContent: message }));
	if (html) body.insertAdjacentHTML("beforeend", html); // as Helpdesk's v-html: scripts escape their texts themselves
	const row = document.createElement("div");
	row.className = "dialog-actions";
	const close = () => dialog.close();
	for (const action of [{ label: "Close", variant: "subtle", onClick: close }, ...(actions ?? [])]) {
		const made = button(action);
		made.onclick = () => action.onClick?.(close);
		row.append(made);
	}
	dialog.replaceChildren(heading, body, row);
	dialog.onclose = () => dialog.replaceChildren();
	if (!dialog.open) dialog.showModal();
}
