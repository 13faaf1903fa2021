"use strict";
// Facebook's JavaScript SDK, as far as Embedded Signup needs it: FB.init and FB.login with a pop-up.
(() => {
	const base = new URL(document.currentScript.src).origin;
	const LOOK_EVERY = 150; // ms between looks whether the pop-up is closed
	const LAST_WORDS = 400; // ms in which messages of a closed pop-up may still arrive
	const NOBODY = { authResponse: null, status: "unknown" };
	let settings = null;

	function init(given) {
		settings = { version: "", ...given };
	}

	function address(options, call) {
		const query = new URLSearchParams({
			app_id: settings.appId ?? "",
			version: settings.version,
			config_id: options.config_id ?? "",
			response_type: options.response_type ?? "token",
			override_default_response_type: String(options.override_default_response_type === true),
			extras: JSON.stringify(options.extras ?? {}),
			origin: location.origin,
			cb: call,
		});
		return `${base}/signup/dialog?${query}`;
	}

	/** The code that a message of the dialog carries for this call, or null: other windows write as well. */
	function codeIn(event, call) {
		if (typeof event.data !== "string" || event.data.startsWith("{")) return null;
		const message = new URLSearchParams(event.data);
		return message.get("cb") === call ? message.get("code") : null;
	}

	/** Opens the pop-up; `callback` gets {authResponse: {code}, status} once, or NOBODY when it is blocked or closed. */
	function login(callback, options = {}) {
		if (!settings) return console.error("FB.login() called before FB.init().");
		if (!isSecureContext) return console.error("The method FB.login can no longer be called from http pages.");
		const call = `f${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
		const popup = window.open(address(options, call), "_blank", "popup,width=620,height=760");
		if (!popup) return callback(NOBODY);
		let watch = null;
		const end = (response) => {
			clearInterval(watch);
			window.removeEventListener("message", hear);
			callback(response);
		};
		const hear = (event) => {
			const code = codeIn(event, call);
			if (code) end({ authResponse: { code, userID: null, expiresIn: null }, status: "connected" });
		};
		window.addEventListener("message", hear);
		watch = setInterval(() => {
			if (!popup.closed) return;
			clearInterval(watch);
			watch = setTimeout(() => end(NOBODY), LAST_WORDS);
		}, LOOK_EVERY);
	}

	const nothing = () => {};
	window.FB = {
		init,
		login,
		getLoginStatus: (callback) => callback(NOBODY),
		getAuthResponse: () => null,
		logout: (callback) => callback?.(NOBODY),
		AppEvents: { logEvent: nothing, logPageView: nothing },
		Event: { subscribe: nothing, unsubscribe: nothing },
		XFBML: { parse: nothing },
	};
	setTimeout(() => window.fbAsyncInit?.(), 0);
})();
