// The setup of WhatsApp: the wizard and the list of channels. They need nothing of the page but a `host`:
// call(method, args), subscribe(doctype, name, callback), upload(file, {private}), route(place), toast(kind, text).
import { mount as mountChannels } from "./channels/page.js";
import { askAndSwitch } from "./channels/frappe_toggle.js";
import { frappeHost } from "./frappe_host.js";
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
app.channels = { mount: mountChannels, askAndSwitch };
app.frappeHost = frappeHost;
// The names that scripts stored by older sites use; they stay for one release.
app.frappe_host = frappeHost;
app.channels.ask_and_switch = askAndSwitch;
