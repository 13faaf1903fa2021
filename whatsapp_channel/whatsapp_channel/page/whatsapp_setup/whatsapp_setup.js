// The wizard in the desk: a frame around the app's own page. `?account=…&number=…` tells where to continue.
const SETUP_ASSETS = ["whatsapp_components.bundle.css", "whatsapp_setup.bundle.css", "whatsapp_setup.bundle.js"];

frappe.pages["whatsapp-setup"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Connect WhatsApp"), single_column: true });
	page.add_inner_button(__("Channels"), () => frappe.set_route("instant-messaging"));
	wrapper.root = document.createElement("div");
	page.main.get(0).append(wrapper.root);
};

frappe.pages["whatsapp-setup"].on_page_show = async (wrapper) => {
	await frappe.require(SETUP_ASSETS);
	const given = { ...frappe.utils.get_query_params(), ...frappe.route_options };
	frappe.route_options = null;
	wrapper.leave?.();
	const { setup, frappeHost } = window.whatsapp_channel;
	const { account, number, step } = given;
	wrapper.leave = setup.mount(wrapper.root, frappeHost(), { account, number, step, moved: remember, titled: true });
};

// What goes on by itself goes on only while the page is seen.
frappe.pages["whatsapp-setup"].on_page_hide = (wrapper) => wrapper.leave?.();

// A reload continues at the same account and number.
function remember(place) {
	if (frappe.get_route()[0] !== "whatsapp-setup") return;
	const known = Object.entries(place).filter(([, value]) => value);
	const query = known.length ? `?${new URLSearchParams(known)}` : "";
	history.replaceState(history.state, "", location.pathname + query);
}
