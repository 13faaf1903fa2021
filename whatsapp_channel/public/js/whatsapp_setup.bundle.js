// The setup of WhatsApp: the wizard and the list of channels. They need nothing of the page but a `host`:
// call(method, args), subscribe(doctype, name, callback), upload(file, {private}), route(place), toast(kind, text).
import { mount as mount_channels } from "./setup/channels.js";
import { ask_and_switch } from "./setup/frappe_toggle.js";
import { frappe_host } from "./setup/frappe_host.js";
import { Wizard } from "./setup/wizard.js";

const app = (window.whatsapp_channel ??= {});

app.setup = {
	/** Shows the wizard in `root`; returns a function that ends it. */
	mount(root, host, options) {
		const wizard = new Wizard(root, host, options);
		wizard.start();
		return () => wizard.stop();
	},
};
app.channels = { mount: mount_channels, ask_and_switch };
app.frappe_host = frappe_host;
