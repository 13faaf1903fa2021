// A word with a colour.
import { make } from "./dom.js";

/** colour: green, orange, red, blue or gray, as Frappe's indicators. The word alone has to be enough. */
export function badge(text, colour) {
	return make("span", { class: `wac-badge wac-${colour}` }, text);
}
