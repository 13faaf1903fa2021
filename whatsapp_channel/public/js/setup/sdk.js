// Meta's script for Embedded Signup: loading it, and what a browser may do against its window.

const PATIENCE = 15000; // milliseconds that a slow connection gets
let loading = null;

/** Loads the script once per page. Rejects when the browser cannot get it. */
export function loadSdk(url) {
	loading ??= begin(url).catch((problem) => {
		loading = null;
		throw problem;
	});
	return loading;
}

function begin(url) {
	if (window.FB) return Promise.resolve(window.FB);
	return new Promise((resolve, reject) => {
		const script = document.createElement("script");
		const giveUp = () => {
			clearTimeout(timer);
			script.remove();
			reject(new Error("sdk"));
		};
		const timer = setTimeout(giveUp, PATIENCE);
		window.fbAsyncInit = () => {
			clearTimeout(timer);
			resolve(window.FB);
		};
		Object.assign(script, { src: url, async: true, crossOrigin: "anonymous", onerror: giveUp });
		document.head.append(script);
	});
}

/** Runs `open`, which opens a window; tells {window, blocked}. The script itself does not say that it was blocked. */
export function watchWindow(open) {
	const original = window.open;
	const seen = { window: null, blocked: false };
	window.open = function (...given) {
		seen.window = original.apply(window, given);
		seen.blocked = !seen.window || seen.window.closed;
		return seen.window;
	};
	try {
		open();
	} finally {
		window.open = original;
	}
	return seen;
}

/** Whether `origin` is one of `allowed` or a subdomain of one, with the same scheme and port. */
export function isAllowed(origin, allowed) {
	try {
		const from = new URL(origin);
		return allowed.some((each) => {
			const known = new URL(each);
			const sameDoor = from.protocol === known.protocol && from.port === known.port;
			return sameDoor && (from.hostname === known.hostname || from.hostname.endsWith(`.${known.hostname}`));
		});
	} catch {
		return false;
	}
}

/** The sign-up event in a window message, or null: other scripts post messages as well. */
export function signupEvent(data) {
	try {
		const event = typeof data === "string" ? JSON.parse(data) : data;
		return event?.type === "WA_EMBEDDED_SIGNUP" ? event : null;
	} catch {
		return null;
	}
}
