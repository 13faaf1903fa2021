// The health page without a bench: the app's own page, mounted by plain HTML.
import { ask, messageOf } from "/assets/whatsapp_channel/js/setup/http.js";

const FORGOTTEN = [401, 403];
const about = await (await fetch("/desk/about.json")).json();

function logIn() {
	return ask("login", { usr: about.administrator, pwd: about.administrator_password });
}

/** The tickets page of this browser may have logged in its agent meanwhile. */
async function call(method, args) {
	const first = await ask(method, args);
	if (!FORGOTTEN.includes(first[0].status)) return messageOf(first);
	await logIn();
	return messageOf(await ask(method, args));
}

function toast(kind, text) {
	const element = Object.assign(document.createElement("div"), { className: `toast ${kind}`, textContent: text });
	document.getElementById("toasts").append(element);
	setTimeout(() => element.remove(), 4000);
}

await logIn();
document.getElementById("administrator").textContent = `${about.administrator_name} (${about.administrator})`;
window.whatsapp_channel.health.mount(document.getElementById("main"), { call, toast });
