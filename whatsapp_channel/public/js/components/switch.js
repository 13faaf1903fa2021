// Something that is on or off.
import { make } from "./dom.js";

/** A switch; change(element) is called by a click and decides itself what it shows next. labelledBy: the id of its name. */
export function toggleSwitch({ on, id, labelledBy, title, change }) {
	const made = make(
		"button",
		{
			type: "button",
			role: "switch",
			class: "wac-switch",
			id,
			"aria-checked": String(on),
			"aria-labelledby": labelledBy,
			title,
		},
		make("span", {}),
	);
	made.addEventListener("click", () => made.getAttribute("aria-busy") || change(made));
	return made;
}
