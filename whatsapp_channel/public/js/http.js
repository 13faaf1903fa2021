// The ways to the server, for the desk and for the embedded host: a method, and a file.
import { __, plain } from "./text.js";

/** Asks a whitelisted method. Returns [response, answer]; throws an Error with `messages` when nobody answers. */
export async function ask(method, body, headers = {}) {
	const isForm = body instanceof FormData;
	const type = isForm ? {} : { "Content-Type": "application/json" };
	const options = {
		method: "POST",
		headers: { Accept: "application/json", ...type, ...headers },
		body: isForm ? body : JSON.stringify(body ?? {}),
	};
	try {
		const response = await fetch(`/api/method/${method}`, options);
		return [response, await response.json().catch(() => ({}))];
	} catch (problem) {
		const text = __("The server does not answer. Check your connection and try again; nothing is lost.");
		throw Object.assign(new Error(text, { cause: problem }), { messages: [text], offline: true });
	}
}

/** The message of a successful answer; otherwise throws an Error with `messages` (what the server told the user), `status`, `exc_type`. */
export function messageOf([response, answer]) {
	if (response.ok) return answer.message;
	const messages = told(answer);
	if (!messages.length) messages.push(fallback(response.status));
	const { exc_type } = answer;
	throw Object.assign(new Error(messages.join(" ")), { messages, status: response.status, exc_type });
}

function told(answer) {
	try {
		return JSON.parse(answer._server_messages ?? "[]").map((each) => plain(JSON.parse(each).message));
	} catch {
		return [];
	}
}

function fallback(status) {
	if (status === 401 || status === 403) {
		return __("You may not do this, or your session has ended. Log in again as a System Manager.");
	}
	if (status === 413) return __("The file is larger than this site accepts.");
	return __("The server could not do this (HTTP {0}). The Error Log says why; try again afterwards.", [status]);
}

/** Uploads a file; returns {file_url}. `send(method, body)` is the host's way to the server. */
export async function upload(send, file, isPrivate) {
	const form = new FormData();
	form.append("file", file, file.name);
	form.append("is_private", isPrivate ? "1" : "0");
	form.append("folder", "Home");
	return messageOf(await send("upload_file", form));
}
