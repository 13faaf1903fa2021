// Step 2: the business profile, with what customers will see beside it.
import { badge } from "../components/badge.js";
import { linkButton } from "../components/button.js";
import { notice, paragraph } from "../components/content.js";
import { make } from "../components/dom.js";
import { __ } from "../text.js";
import { pictureField } from "./picture.js";
import { preview } from "./preview.js";

const MORE = ["about", "address", "email", "website_1", "website_2"];
const PICTURE_BYTES = 5 * 1024 * 1024;

/** The view of step 2. */
export function profile(wizard) {
	const { state } = wizard;
	const account = state.account?.name ?? "";
	const draft = wizard.drafts.of("profile", account);
	const saved = flat(state.profile);
	const form = wizard.newForm("profile", draft);
	const seen = preview(state.categories);
	const show = () => seen.show(shown(form, draft, saved, state.number));
	const fields = allFields(wizard, form, saved, draft, show);
	show();
	const save = async () => {
		await wizard.perform("save_profile", sent(wizard, form, draft, saved));
		wizard.drafts.forget("profile", account);
		wizard.say(__("The profile is saved."));
		wizard.show(null);
	};
	const buttons = [
		discard(wizard, account, draft),
		wizard.button(__("Save and continue"), null, { submit: true, primary: true, id: "wac-profile-save" }),
	];
	return {
		part: `form/${account}`,
		title: __("Create the business profile"),
		nodes: [
			review(state.number),
			make("div", { class: "wac-split" }, wizard.form(form, buttons, save, fields), seen.element),
		],
	};
}

function discard(wizard, account, draft) {
	if (!Object.keys(draft).length) return null;
	return linkButton(__("Discard changes"), () => {
		wizard.drafts.forget("profile", account);
		wizard.render();
	});
}

/** Meta's review of the display name, when it has one. */
function review(number) {
	if (!number?.name_status) return null;
	const name = number.requested_name || number.display_name;
	const declined = number.name_status === "DECLINED" || number.name_rejection;
	if (declined)
		return notice(
			"error",
			__("Meta did not accept the display name {0}", [name]),
			paragraph(number.name_rejection || ""),
			paragraph(__("Change the name below and save; Meta looks at it again.")),
		);
	if (number.name_status === "PENDING_REVIEW")
		return notice(
			"info",
			__("Meta is reviewing the display name {0}", [name]),
			paragraph(__("You can go on. Until Meta agrees, customers see the number instead of the name.")),
		);
	if (number.name_status === "APPROVED") return make("p", {}, badge(__("Display name approved"), "green"));
	return null;
}

// -- fields ------------------------------------------------------------------------------------------------------------

function allFields(wizard, form, saved, draft, changed) {
	const { limits, categories } = wizard.state;
	const text = (name, label, more) => form.field({ name, label, value: saved[name], changed, ...more });
	const [least, most] = limits.display_name;
	const tooShort = (value) => ([...value].length < least ? __("Too short: at least {0} characters.", [least]) : "");
	const category = {
		type: "select",
		required: true,
		options: [{ value: "", label: __("Choose a category") }, ...categories],
		help: __("Customers see it in the profile."),
	};
	return [
		text("display_name", __("Display Name"), {
			required: true,
			limit: most,
			check: tooShort,
			attributes: { autocomplete: "organization" },
			help: __(
				"The name of your business or brand as on your website. No generic words, no slogans, no emoji: Meta reviews it.",
			),
		}),
		text("category", __("Category"), category),
		text("description", __("Description"), {
			type: "textarea",
			required: true,
			limit: limits.description,
			attributes: { rows: 3 },
			help: __("What you do, in a sentence or two. Customers see it in the profile."),
		}),
		pictureField(wizard, form, {
			name: "picture",
			label: __("Picture"),
			help: __("jpg or png, square, at least 192 pixels wide; 640 are best."),
			draft,
			value: saved.picture,
			most: PICTURE_BYTES,
			changed,
		}),
		more(form, saved, draft, [
			text("about", __("About"), {
				limit: limits.about,
				help: __("A short line under the name, such as opening hours."),
			}),
			text("address", __("Address"), { limit: limits.address, attributes: { autocomplete: "street-address" } }),
			text("email", __("E-mail"), {
				type: "email",
				limit: limits.email,
				check: isAddress,
				attributes: { autocomplete: "email" },
			}),
			text("website_1", __("Website"), {
				type: "url",
				limit: limits.website,
				check: isWebsite,
				attributes: { autocomplete: "url", placeholder: "https://" },
			}),
			text("website_2", __("Second Website"), {
				type: "url",
				limit: limits.website,
				check: isWebsite,
				attributes: { autocomplete: "off", placeholder: "https://" },
			}),
		]),
	];
}

function more(form, saved, draft, fields) {
	const open = MORE.some((name) => draft[name] ?? saved[name]);
	return make(
		"details",
		{ class: "wac-more", open },
		make("summary", { id: "wac-profile-more" }, __("About, address, e-mail and websites")),
		fields,
	);
}

function isAddress(text) {
	return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? "" : __("This is not an e-mail address.");
}

function isWebsite(text) {
	return /^https?:\/\/[^\s/]+\.[^\s]+$/i.test(text) ? "" : __("A website begins with https:// or http://.");
}

// -- to the server and back --------------------------------------------------------------------------------------------

function flat(profile) {
	const [website_1, website_2] = profile.websites ?? [];
	return { ...profile, website_1, website_2 };
}

function websites({ website_1, website_2 }) {
	return [website_1, website_2].filter(Boolean);
}

function shown(form, draft, saved, number) {
	const values = { ...saved, ...form.values() };
	return { ...values, picture: draft.picture ?? saved.picture, websites: websites(values), number: number?.number };
}

function sent(wizard, form, draft, saved) {
	const { account, number } = wizard.state;
	const { display_name, category, description, about, address, email, ...sites } = form.values();
	const words = { display_name, category, description, about, address, email };
	return {
		account: account.name,
		...words,
		websites: websites(sites),
		picture: draft.picture ?? saved.picture ?? "",
		number: number?.name ?? null,
	};
}
