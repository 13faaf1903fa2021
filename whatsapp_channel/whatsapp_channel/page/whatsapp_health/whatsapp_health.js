// The health page in the desk: a frame around the app's own page.
const HEALTH_ASSETS = ["whatsapp_components.bundle.css", "whatsapp_health.bundle.css", "whatsapp_health.bundle.js"];

frappe.pages["whatsapp-health"].on_page_load = (wrapper) => {
	frappe.ui.make_app_page({ parent: wrapper, title: __("WhatsApp Health"), single_column: true });
	wrapper.root = document.createElement("div");
	wrapper.page.main.get(0).append(wrapper.root);
};

// What was found an hour ago is of no use: every visit looks again.
frappe.pages["whatsapp-health"].on_page_show = async (wrapper) => {
	await frappe.require(HEALTH_ASSETS);
	wrapper.leave?.();
	const { health, frappeHost } = window.whatsapp_channel;
	wrapper.leave = health.mount(wrapper.root, frappeHost(), { heading: false });
};
