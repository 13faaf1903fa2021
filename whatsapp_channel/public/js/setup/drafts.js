// What was typed and not yet saved. Secrets stay in this page's memory; the profile outlives a reload of the tab.

const KEPT = new Set(["profile"]);
const PREFIX = "whatsapp_setup:";

/** Drafts of the forms of one wizard. */
export class Drafts {
	constructor() {
		this.forms = new Map();
	}

	/** The draft of a form; `about` (an account) tells the kept ones apart. */
	of(form, about = "") {
		const key = `${form}:${about}`;
		if (!this.forms.has(key)) this.forms.set(key, KEPT.has(form) ? stored(key) : {});
		return this.forms.get(key);
	}

	/** Writes down what may outlive a reload. */
	keep(form, about = "") {
		const key = `${form}:${about}`;
		if (!KEPT.has(form)) return;
		try {
			sessionStorage.setItem(PREFIX + key, JSON.stringify(this.of(form, about)));
		} catch {
			// A browser without storage loses the draft at a reload and nothing else.
		}
	}

	/** Forgets a form that has been saved. */
	forget(form, about = "") {
		this.forms.delete(`${form}:${about}`);
		try {
			sessionStorage.removeItem(`${PREFIX}${form}:${about}`);
		} catch {
			// As above.
		}
	}
}

function stored(key) {
	try {
		return JSON.parse(sessionStorage.getItem(PREFIX + key)) ?? {};
	} catch {
		return {};
	}
}
