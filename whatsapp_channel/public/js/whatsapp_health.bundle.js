// The health of WhatsApp: one page that makes every check. It needs nothing of the page but a `host`: call, toast.
import { Health } from "./health/page.js";
import { frappeHost } from "./frappe_host.js";

const app = (window.whatsapp_channel ??= {});

app.health = {
	/** Shows the checks in `root` and begins with them; returns a function that ends it. */
	mount(root, host, options) {
		const page = new Health(root, host, options);
		page.start();
		return () => page.stop();
	},
};
app.frappeHost ??= frappeHost;
