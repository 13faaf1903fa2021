// The way from a page of the demo to its server: who is logged in, whether it answers, and what has changed.
import { ask, messageOf, upload } from "/assets/whatsapp_channel/js/http.js";

const FORGOTTEN = [401, 403];
const PAUSE = 1500; // milliseconds until a server that did not answer is asked again

/** One user of a page: `role` is "agent" or "administrator". call and upload are what the app's pages ask of a host. */
export class Session {
	constructor(role) {
		Object.assign(this, { role, about: null, reachable: true, listeners: [] });
		this.call = async (method, args) => messageOf(await this.send(method, args));
		this.upload = (file, options) => upload((...given) => this.send(...given), file, options?.private);
	}

	/** Learns what this start of the demo is about (users, the phone's address) and logs in. */
	async open() {
		this.about = await this.reach(async () => (await fetch("/desk/about.json")).json());
		await this.logIn();
		return this.about;
	}

	/** The name of the user, with the login. */
	get user() {
		const { about } = this;
		return this.role === "agent"
			? `${about.name} (${about.user})`
			: `${about.administrator_name} (${about.administrator})`;
	}

	logIn() {
		const { user, password, administrator, administrator_password } = this.about;
		const [usr, pwd] = this.role === "agent" ? [user, password] : [administrator, administrator_password];
		return this.ask("login", { usr, pwd });
	}

	/** Another page of this browser may have logged in its own user meanwhile: then once more as this one. */
	async send(method, body) {
		const first = await this.ask(method, body);
		if (!FORGOTTEN.includes(first[0].status)) return first;
		await this.logIn();
		return this.ask(method, body);
	}

	ask(method, body) {
		return this.reach(() => ask(method, body));
	}

	async reach(action) {
		try {
			const answer = await action();
			this.setReachable(true);
			return answer;
		} catch (error) {
			this.setReachable(false);
			throw error;
		}
	}

	/** Tells `listener(true or false)` whenever the server begins or ceases to answer. */
	onReachable(listener) {
		this.listeners.push(listener);
	}

	setReachable(value) {
		const changed = this.reachable !== value;
		this.reachable = value;
		if (changed) for (const listener of this.listeners) listener(value);
	}

	/** Calls changed(true) when the server reports an event, and changed(false) now and then. Never ends. */
	async follow(changed) {
		let [seen, missed] = [-1, false];
		for (;;) {
			try {
				const last = await this.call("embedded.desk.changes", { since: seen });
				if (seen >= 0 || missed) await changed(missed || last > seen);
				[seen, missed] = [last, false];
			} catch {
				await new Promise((resolve) => setTimeout(resolve, PAUSE));
				// Another start of the demo counts anew.
				[seen, missed] = [-1, true];
			}
		}
	}
}
