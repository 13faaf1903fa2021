// The business profile as a customer sees it on the phone.
import { make } from "../components/dom.js";
import { icon } from "../components/icon.js";
import { __ } from "../text.js";

/** A card that `show(profile)` fills. */
export function preview(categories) {
	const labels = new Map(categories.map(({ value, label }) => [value, label]));
	const screen = make("div", { class: "wac-phone-screen" });
	const element = make(
		"figure",
		{ class: "wac-phone" },
		make("figcaption", { class: "wac-muted" }, __("What customers see")),
		screen,
	);
	const show = (profile) =>
		screen.replaceChildren(...card({ ...profile, category: labels.get(profile.category) ?? "" }));
	return { element, show };
}

function card({ display_name, category, description, about, address, email, websites, picture, number }) {
	return [
		make(
			"div",
			{ class: "wac-phone-head" },
			make(
				"span",
				{ class: "wac-phone-picture" },
				picture ? make("img", { src: picture, alt: "" }) : icon("chat"),
			),
			make("strong", { class: "wac-phone-name" }, display_name || __("Display name")),
			make("bdi", {}, number || __("Your number")),
			make("span", { class: "wac-phone-kind" }, __("Business account")),
		),
		make(
			"div",
			{ class: "wac-phone-rows" },
			line(category),
			line(description || __("Description")),
			line(address),
			line(email),
			(websites ?? []).map((each) => line(each, "wac-phone-site")),
		),
		about
			? make(
					"div",
					{ class: "wac-phone-rows" },
					make("p", { class: "wac-phone-label" }, __("About")),
					line(about),
				)
			: "",
	].filter(Boolean);
}

function line(text, kind = "") {
	return text ? make("p", { class: kind }, text) : null;
}
