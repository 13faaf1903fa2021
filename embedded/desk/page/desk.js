// Ticket list and ticket view. The page asks again whenever the server reports an event.
import { badge } from "/assets/whatsapp_channel/js/components/badge.js";
import { make, reconcile } from "/assets/whatsapp_channel/js/components/dom.js";
import { List } from "/assets/whatsapp_channel/js/components/list.js";
import { emptyState } from "/assets/whatsapp_channel/js/components/states.js";
import { wordsOf } from "/assets/whatsapp_channel/js/text.js";
import { frame } from "/desk/frame.js";
import { $dialog, actionButton, helpdeskCreateToast, helpdeskToast } from "/desk/helpdesk.js";
import { safe, written } from "/desk/markup.js";
import { Session } from "/desk/session.js";

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
const STATUSES = { Open: "red", Replied: "blue", Resolved: "green", Closed: "gray" };
const BADGES = { Sending: "orange", Sent: "green", Read: "blue", Error: "red" };
const TICKETS = "helpdesk.helpdesk.doctype.hd_ticket.api";
const page = frame({ skip: "Skip to the ticket", target: "ticket", heading: true });
const toast = helpdeskToast(page.toast);
const createToast = helpdeskCreateToast(page.toast);
const session = new Session("agent");
const { call } = session;

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
	return make("time", { datetime: at.toISOString(), title: at.toLocaleString() }, words);
}

// -- list --------------------------------------------------------------------------------------------------------

const phoneLink = make("a", { target: "whatsapp-phone", rel: "noopener" }, "phone page");
const list = new List({
	key: ({ name }) => name,
	row: listRow,
	walk: true,
	empty: emptyState({
		title: "No tickets yet",
		text: ["Write one from the ", phoneLink, ": it appears here by itself."],
	}),
});

function showList({ tickets, more }) {
	list.show(tickets.map((row) => ({ ...row, current: String(row.name) === state.open })));
	$("more").hidden = !more;
	$("count").textContent = tickets.length ? `${tickets.length}${more ? "+" : ""}` : "";
}

function listRow(row) {
	const open = () => {
		location.hash = `#/tickets/${encodeURIComponent(row.name)}`;
	};
	const told = [`#${row.name}`, row.customer_name, row.agent_group].filter(Boolean).join(" · ");
	const choice = make(
		"button",
		{ type: "button", class: "row", "aria-current": String(row.current), onclick: open },
		make("span", { class: "row-subject" }, row.subject),
		make("span", { class: "row-time" }, timeElement(row.modified)),
		make("span", { class: "row-facts" }, told),
		make(
			"span",
			{ class: "row-badges" },
			badge(row.status, STATUSES[row.status] ?? "gray"),
			row.whatsapp && badge(row.whatsapp.label, row.whatsapp.theme),
		),
	);
	return make("li", {}, choice);
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
	const delivery = isSent && each.delivery_status;
	const head = make(
		"div",
		{ class: "entry-head" },
		make("strong", {}, name),
		isComment ? make("span", { class: "quiet" }, "internal comment") : null,
		timeElement(each.at),
		delivery ? badge(delivery, BADGES[delivery] ?? "gray") : null,
	);
	const label = isComment ? `Comment of ${name}` : isSent ? `${name} answered` : `${name} wrote`;
	const kind = isComment ? "comment" : isSent ? "sent" : "received";
	const words = make("div", { class: "words", dir: "auto" }, safe(each.content));
	return make("li", { class: `entry ${kind}`, "aria-label": label }, head, words);
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
		() => actionButton(action),
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
	session.onReachable((value) => {
		$("unreachable").hidden = value;
	});
	$("tickets").append(list.element);
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
	await session.open();
	page.introduce(session);
	phoneLink.href = session.about.phone_url;
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
	session.follow(load);
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
