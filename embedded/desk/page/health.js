// The health page without a bench: the app's own page, mounted by plain HTML.
import { frame } from "/desk/frame.js";
import { Session } from "/desk/session.js";

const links = [
	["Channels", "/desk/setup.html#/channels"],
	["Tickets", "/"],
];
const { toast, introduce } = frame({ skip: "Skip to the checks", target: "main", links });
const session = new Session("administrator");
await session.open();
introduce(session);
window.whatsapp_channel.health.mount(document.getElementById("main"), { call: session.call, toast });
