// HTML of messages in, HTML of replies out. Nothing of a message reaches the page but the elements listed here.

const KEPT = new Set([
	"A",
	"B",
	"BLOCKQUOTE",
	"BR",
	"CODE",
	"DEL",
	"DIV",
	"EM",
	"H1",
	"H2",
	"H3",
	"I",
	"LI",
	"OL",
	"P",
	"PRE",
	"S",
	"SPAN",
	"STRONG",
	"U",
	"UL",
]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "TITLE", "HEAD", "SVG", "MATH"]);

function copy(node, into) {
	for (const child of node.childNodes) {
		if (child.nodeType === Node.TEXT_NODE) into.append(child.data);
		if (child.nodeType !== Node.ELEMENT_NODE || DROPPED.has(child.tagName.toUpperCase())) continue;
		let place = into;
		if (KEPT.has(child.tagName)) {
			place = document.createElement(child.tagName);
			if (/pre-wrap/.test(child.getAttribute("style") ?? "")) place.className = "as-written";
			const target = child.tagName === "A" ? child.getAttribute("href") : null;
			if (/^(https?:|mailto:|tel:|\/)/i.test(target ?? "")) {
				Object.assign(place, { href: target, target: "_blank", rel: "noopener noreferrer nofollow" });
			}
			into.append(place);
		}
		copy(child, place);
	}
}

/** A message's HTML as a fragment that is safe to show. */
export function safe(html) {
	const fragment = document.createDocumentFragment();
	copy(new DOMParser().parseFromString(html ?? "", "text/html").body, fragment);
	return fragment;
}

/** The editor's content as Helpdesk's editor would send it: paragraphs, no styles. Empty without any text. */
export function written(editor) {
	if (!editor.textContent.trim()) return "";
	const holder = document.createElement("div");
	let paragraph = null;
	for (const child of safe(editor.innerHTML).childNodes) {
		const isBlock =
			child.nodeType === Node.ELEMENT_NODE && /^(P|DIV|UL|OL|BLOCKQUOTE|PRE|H\d)$/.test(child.tagName);
		if (isBlock) {
			paragraph = null;
			holder.append(child.tagName === "DIV" ? renamed(child, "p") : child.cloneNode(true));
		} else {
			if (!paragraph) holder.append((paragraph = document.createElement("p")));
			paragraph.append(child.cloneNode(true));
		}
	}
	return holder.innerHTML;
}

function renamed(element, tag) {
	const made = document.createElement(tag);
	made.append(...element.cloneNode(true).childNodes);
	return made;
}
