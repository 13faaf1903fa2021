// Ticket list and ticket view. The page asks again whenever the server reports an event.
import { $dialog, button, call, createToast, introduce, onReachable, toast, wordsOf } from "/desk/host.js";
import { safe, written } from "/desk/markup.js";

const $ = (id) => document.getElementById(id);
const PAGE_LENGTH = 30;
const state = {
	open: null,
	doc: null,
	limit: PAGE_LENGTH,
	mode: "reply",
	drafts: new Map(),
	scripts: [],
	stale: false,
	loading: null,
	user: null,
};
const BADGES = { Sending: "orange", Sent: "green", Read: "blue", Error: "red" };
const TICKETS = "helpdesk.helpdesk.doctype.hd_ticket.api";

/** A new element: make("p", "class", children …). */
function make(tag, className, ...children) {
	const element = document.createElement(tag);
	if (className) element.className = className;
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

// -- time: the demo's site keeps UTC -----------------------------------------------------------------------------

function moment(text) {
	return new Date(`${String(text).replace(" ", "T").slice(0, 23)}Z`);
}

function timeElement(text) {
	const at = moment(text);
	const today = at.toDateString() === new Date().toDateString();
	const words = at.toLocaleString(
		[],
		today
			? { hour: "2-digit", minute: "2-digit" }
			: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
	);
	const element = make("time", "", words);
	element.dateTime = at.toISOString();
	element.title = at.toLocaleString();
	return element;
}

/** Makes the children of `parent` the wanted ones, [key, content, build], and touches only what changed. */
function reconcile(parent, wanted) {
	const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
	const next = wanted.map(([key, content, build]) => {
		const mark = JSON.stringify(content);
		const known = present.get(key);
		if (known?.dataset.mark === mark) return known;
		const fresh = build(content);
		Object.assign(fresh.dataset, { key, mark });
		if (known) {
			const focused = known.contains(document.activeElement);
			known.replaceWith(fresh);
			if (focused) (fresh.querySelector("button") ?? fresh).focus();
		}
		return fresh;
	});
	const kept = new Set(next);
	for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
	next.forEach((child, position) => {
		if (parent.children[position] !== child) parent.insertBefore(child, parent.children[position] ?? null);
	});
}

// -- list --------------------------------------------------------------------------------------------------------

function showList({ tickets, more }) {
	$("no-tickets").hidden = tickets.length > 0;
	$("more").hidden = !more;
	$("count").textContent = tickets.length ? `${tickets.length}${more ? "+" : ""}` : "";
	reconcile(
		$("tickets"),
		tickets.map((row) => [String(row.name), { ...row, current: String(row.name) === state.open }, listRow]),
	);
}

function listRow(row) {
	const label = row.whatsapp ? make("span", `chip theme-${row.whatsapp.theme}`, row.whatsapp.label) : null;
	const choice = make(
		"button",
		"row",
		make("span", "row-subject", row.subject),
		make("span", "row-time", timeElement(row.modified)),
		make(
			"span",
			"row-facts",
			`#${row.name} · ${row.customer_name}${row.agent_group ? ` · ${row.agent_group}` : ""}`,
		),
		make("span", "row-chips", make("span", `chip status-${row.status.toLowerCase()}`, row.status), label),
	);
	choice.type = "button";
	choice.setAttribute("aria-current", String(row.current));
	choice.onclick = () => {
		location.hash = `#/tickets/${encodeURIComponent(row.name)}`;
	};
	return make("li", "", choice);
}

/** Arrow keys walk through the tickets. */
function walk(event) {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (!step) return;
	const rows = [...$("tickets").querySelectorAll("button")];
	rows[rows.indexOf(document.activeElement) + step]?.focus();
	event.preventDefault();
}

// -- ticket ------------------------------------------------------------------------------------------------------

async function loadTicket(name) {
	const [doc, activities] = await Promise.all([
		call("frappe.client.get", { doctype: "HD Ticket", name }),
		call(`${TICKETS}.get_ticket_activities`, { ticket: name }),
	]);
	if (name !== state.open) return;
	state.doc = doc;
	$("open").hidden = false;
	$("nothing").hidden = true;
	$("subject").textContent = doc.subject;
	$("facts").textContent = [`#${doc.name}`, doc.contact || doc.raised_by, doc.agent_group, doc.whatsapp_channel]
		.filter(Boolean)
		.join(" · ");
	$("status").value = doc.status;
	document.title = `${doc.subject} · #${doc.name}`;
	showRecipient();
	showEntries(activities);
	await showActions(doc);
}

function showEntries({ communications, comments }) {
	const stream = $("stream");
	const atEnd =
		stream.dataset.ticket !== state.open || stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80;
	const entries = [
		...communications.map((each) => ["message", each, each.communication_date || each.creation]),
		...comments.map((each) => ["comment", each, each.creation]),
	].sort((one, other) => moment(one[2]) - moment(other[2]));
	reconcile(
		$("entries"),
		entries.map(([kind, each, at]) => [each.name, { ...each, kind, at }, entry]),
	);
	stream.dataset.ticket = state.open;
	if (atEnd) stream.scrollTop = stream.scrollHeight;
}

function entry(each) {
	const isComment = each.kind === "comment";
	const isSent = each.sent_or_received === "Sent";
	const received = isComment || isSent ? null : state.doc.contact;
	const name = received || each.user?.name || each.sender || each.commented_by;
	const badge =
		isSent && each.delivery_status
			? make("span", `badge theme-${BADGES[each.delivery_status] ?? "gray"}`, each.delivery_status)
			: null;
	const head = make(
		"div",
		"entry-head",
		make("strong", "", name),
		isComment ? make("span", "quiet", "internal comment") : null,
		timeElement(each.at),
		badge,
	);
	const made = make(
		"li",
		`entry ${isComment ? "comment" : isSent ? "sent" : "received"}`,
		head,
		make("div", "words", safe(each.content)),
	);
	made.setAttribute("aria-label", isComment ? `Comment of ${name}` : isSent ? `${name} answered` : `${name} wrote`);
	return made;
}

// -- actions of form scripts, run as Helpdesk runs them ----------------------------------------------------------

let turn = 0;

async function showActions(doc) {
	const mine = ++turn;
	const context = {
		doc,
		call,
		router: {
			push: (to) => {
				location.hash = `#${to.path ?? to}`;
			},
		},
		toast,
		$dialog,
		updateField,
		createToast,
	};
	const actions = [];
	for (const script of state.scripts) {
		try {
			const setupForm = new Function(`${script.script}\nreturn setupForm`)();
			actions.push(...((await setupForm(context))?.actions ?? []));
		} catch (error) {
			toast.error(`Form script ${script.name}: ${wordsOf(error)}`);
		}
	}
	if (mine !== turn) return;
	const flat = actions.flatMap((action) => action.items ?? [action]);
	const wanted = flat.map((action, position) => [
		`${position} ${action.label}`,
		{ label: action.label, theme: action.theme, icon: action.icon ?? action.iconLeft },
		() => button(action),
	]);
	reconcile($("actions"), wanted);
	flat.forEach((action, position) => {
		$("actions").children[position].onclick = () => action.onClick?.();
	});
}

async function updateField(field, value) {
	await call("frappe.client.set_value", { doctype: "HD Ticket", name: state.open, fieldname: field, value });
	load();
}

async function changeStatus() {
	const status = $("status").value;
	try {
		await updateField("status", status);
		toast.success(`Status: ${status}`);
	} catch (error) {
		$("status").value = state.doc.status;
		toast.error(wordsOf(error));
	}
}

// -- writing -----------------------------------------------------------------------------------------------------

function showRecipient() {
	const to = state.doc?.raised_by ?? "";
	$("recipient").textContent =
		state.mode === "reply"
			? `To: ${[state.doc?.contact, to && `<${to}>`].filter(Boolean).join(" ")}`
			: "Only agents see comments.";
}

const draftKey = () => `${state.mode} ${state.open}`;

/** A comment and a reply are written apart: what is meant for colleagues must not go to the customer. */
function keepDraft() {
	if (state.open) state.drafts.set(draftKey(), $("editor").innerHTML);
}

function showDraft() {
	$("editor").replaceChildren(safe(state.drafts.get(draftKey()) ?? ""));
}

function setMode(mode) {
	keepDraft();
	state.mode = mode;
	showDraft();
	for (const each of ["reply", "comment"]) {
		$(`tab-${each}`).setAttribute("aria-selected", String(each === mode));
		$(`tab-${each}`).tabIndex = each === mode ? 0 : -1;
	}
	$("composer").dataset.mode = mode;
	$("editor").setAttribute("aria-label", mode === "reply" ? "Reply" : "Comment");
	$("editor").dataset.placeholder = mode === "reply" ? "Write a reply" : "Write a comment";
	$("send").textContent = mode === "reply" ? "Send" : "Add comment";
	showRecipient();
}

async function send() {
	const html = written($("editor"));
	const ticket = state.open;
	const draft = draftKey();
	if (!html || $("send").disabled) return $("editor").focus();
	$("send").disabled = true;
	const [method, args] =
		state.mode === "reply"
			? ["reply_via_agent", { message: html, to: state.doc.raised_by, cc: "", bcc: "", attachments: [] }]
			: ["new_comment", { content: html, attachments: [] }];
	try {
		await call("run_doc_method", { dt: "HD Ticket", dn: ticket, method, args });
		state.drafts.delete(draft);
		if (draft === draftKey()) $("editor").replaceChildren();
		await load();
		$("stream").scrollTop = $("stream").scrollHeight;
	} catch (error) {
		toast.error(wordsOf(error));
	} finally {
		$("send").disabled = false;
		if (ticket === state.open) $("editor").focus();
	}
}

// -- loading -----------------------------------------------------------------------------------------------------

/** Asks for the present state; a change during the question asks once more. */
function load() {
	state.stale = true;
	state.loading ??= loadUntilFresh().finally(() => {
		state.loading = null;
	});
	return state.loading;
}

async function loadUntilFresh() {
	while (state.stale) {
		state.stale = false;
		showList(await call("embedded.desk.overview", { limit: state.limit }));
		if (state.open) await loadTicket(state.open).catch(giveUp);
	}
}

function giveUp(error) {
	if (error.exc_type !== "DoesNotExistError" && error.exc_type !== "PermissionError") throw error;
	toast.error(wordsOf(error));
	location.hash = "#/tickets";
}

async function follow() {
	let seen = -1;
	for (;;) {
		try {
			const last = await call("embedded.desk.changes", { since: seen });
			// Even without an event the time left in a window goes on.
			if (seen >= 0 || state.doc === null) await load();
			seen = last;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 1500));
			seen = -1;
			load().catch(() => {});
		}
	}
}

function route() {
	const name = /^#\/tickets\/(.+)$/.exec(location.hash)?.[1];
	keepDraft();
	state.open = name ? decodeURIComponent(name) : null;
	state.doc = null;
	$("columns").classList.toggle("in-ticket", Boolean(state.open));
	$("open").hidden = true;
	$("nothing").hidden = Boolean(state.open);
	$("entries").replaceChildren();
	$("actions").replaceChildren();
	showDraft();
	if (!state.open) document.title = "Tickets";
	load().catch((error) => toast.error(wordsOf(error)));
}

function listen() {
	window.addEventListener("hashchange", route);
	onReachable((value) => {
		$("unreachable").hidden = value;
	});
	$("tickets").onkeydown = walk;
	$("more").onclick = () => {
		state.limit += PAGE_LENGTH;
		load();
	};
	$("back").onclick = () => {
		location.hash = "#/tickets";
	};
	$("status").onchange = changeStatus;
	$("composer").onsubmit = (event) => {
		event.preventDefault();
		send();
	};
	$("editor").onkeydown = (event) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
			event.preventDefault();
			send();
		}
	};
	$("editor").onpaste = (event) => {
		event.preventDefault();
		document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
	};
	for (const each of document.querySelectorAll("[data-format]")) {
		each.onmousedown = (event) => event.preventDefault(); // the selection stays in the editor
		each.onclick = () => {
			$("editor").focus();
			document.execCommand(each.dataset.format);
		};
	}
	for (const mode of ["reply", "comment"]) {
		$(`tab-${mode}`).onclick = () => {
			setMode(mode);
			$("editor").focus();
		};
		$(`tab-${mode}`).onkeydown = (event) => {
			if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
			setMode(mode === "reply" ? "comment" : "reply");
			$(`tab-${state.mode}`).focus();
		};
	}
}

async function start() {
	document.execCommand("defaultParagraphSeparator", false, "p");
	listen();
	const about = await introduce();
	$("agent").textContent = `${about.name} (${about.user})`;
	for (const link of [$("phone"), ...document.querySelectorAll(".phone-link")]) link.href = about.phone_url;
	$("phone").hidden = false;
	const filters = { dt: "HD Ticket", apply_to: "Form", enabled: 1 };
	state.scripts = await call("frappe.client.get_list", {
		doctype: "HD Form Script",
		fields: ["name", "script"],
		filters,
		limit_page_length: 0,
	});
	const statuses = await call("frappe.client.get_list", {
		doctype: "HD Ticket Status",
		fields: ["name"],
		filters: { enabled: 1 },
		order_by: "`order` asc",
		limit_page_length: 0,
	});
	$("status").replaceChildren(...statuses.map(({ name }) => new Option(name, name)));
	setMode("reply");
	route();
	follow();
}

async function startOnceReachable() {
	try {
		await start();
	} catch (error) {
		toast.error(wordsOf(error));
		setTimeout(() => location.reload(), 3000);
	}
}

startOnceReachable();
