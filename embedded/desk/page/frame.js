// What stands around each page of the demo.
import { make } from "/assets/whatsapp_channel/js/components/dom.js";
import { toaster } from "/assets/whatsapp_channel/js/components/toast.js";

/**
 * Draws the bar above the page and the place of its notices. skip: the text of the link to `target`; links: [text, address];
 * heading: the bar has the heading of the page.
 * Returns {toast, introduce(session)}: the latter says who is logged in and leads to the phone.
 */
export function frame({ skip, target, links = [], heading }) {
	const who = make("strong", {}, "…");
	const phone = make("a", { target: "whatsapp-phone", rel: "noopener", hidden: true }, "Phone page");
	const elsewhere = links.map(([text, href]) => make("a", { href }, text));
	document.body.prepend(
		make("a", { class: "skip", href: `#${target}` }, skip),
		make(
			"header",
			{ class: "bar" },
			make(
				"div",
				{ class: "brand" },
				make("span", { class: "logo", "aria-hidden": "true" }),
				make(heading ? "h1" : "strong", {}, "Desk"),
			),
			make("p", { class: "who" }, "Demo on this computer, logged in as ", who),
			make("nav", { class: "elsewhere", "aria-label": "Other pages" }, elsewhere, phone),
		),
	);
	const introduce = (session) => {
		who.textContent = session.user;
		phone.href = session.about.phone_url;
		phone.hidden = false;
	};
	return { toast: toaster(document.body), introduce };
}
