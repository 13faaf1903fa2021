// Words: translation where the page has one, and what a person reads of an error.

/** The text in the user's language with {0}, {1} … filled in. */
export function __(text, values) {
	if (globalThis.__) return globalThis.__(text, values);
	return text.replace(/\{(\d+)\}/g, (whole, position) => values?.[position] ?? whole);
}

/** HTML of a server's message as plain text. */
export function plain(html) {
	return new DOMParser().parseFromString(html ?? "", "text/html").body.textContent.trim();
}

/** What went wrong and what to do, as the server said it. */
export function wordsOf(error) {
	return error?.messages?.filter(Boolean).join(" ") || error?.message || String(error);
}

/** A moment of the server ("2026-11-23 08:00:00", in the site's zone) shortened to the minute. */
export function minute(moment) {
	return globalThis.frappe?.datetime?.str_to_user?.(moment) ?? String(moment ?? "").slice(0, 16);
}
