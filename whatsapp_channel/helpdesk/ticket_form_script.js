// Runs in Helpdesk's agent page for each ticket. An exception here would take every other action off the page,
// so everything that can fail is caught. Labels come translated from the server: this page offers no __().
// Pictures are given as `iconLeft`, because `icon` makes a button that shows no label.
async function setupForm({ doc, call, router, toast, $dialog }) {
	if (!doc.whatsapp_customer) return { actions: [] };

	// Helpdesk publishes changes of a ticket to a socket.io room. Its page joins the room through a handler that Frappe 15
	// does not load. Frappe's own `doc_open` joins the same room, after a permission check. Joining twice is harmless.
	const follow = (ticket) => {
		const socket = document.querySelector("#app")?.__vue_app__?.config.globalProperties.$socket;
		if (!socket || socket.whatsappTicket === ticket) return;
		const tell = (event) => socket.whatsappTicket && socket.emit(event, "HD Ticket", socket.whatsappTicket);
		const leave = () => {
			tell("doc_close");
			socket.whatsappTicket = "";
		};
		// Events before the page had joined are lost, so it reloads once.
		const join = () => {
			tell("doc_open");
			setTimeout(() => socket.whatsappTicket && refresh(socket.whatsappTicket), 1500);
		};
		const refresh = (ticket_id) =>
			socket.listeners("helpdesk:ticket-update").forEach((hear) => hear({ ticket_id }));
		if (socket.whatsappTicket === undefined) {
			socket.on("connect", join);
			router.afterEach((to) => String(to.params.ticketId) !== socket.whatsappTicket && leave());
		}
		leave();
		socket.whatsappTicket = ticket;
		if (socket.connected) join();
	};

	const api = (method, args) => call(`whatsapp_channel.api.${method}`, args);
	const close = (handle) => (typeof handle === "function" ? handle() : handle?.close?.());
	const escape = (text) => {
		const node = document.createElement("span");
		node.textContent = text ?? "";
		return node.innerHTML;
	};

	const act = (method, message) => async (handle) => {
		try {
			const answer = await api(method, { message: message.name });
			(answer.fetched === false ? toast.error : toast.success)(answer.text);
		} catch (error) {
			toast.error(error?.messages?.[0] || error?.message || String(error));
		}
		close(handle);
	};

	const answers = ({ labels }, message) =>
		message.held
			? [
					{ label: labels.discard, variant: "subtle", onClick: act("ticket.discard", message) },
					{ label: labels.send_anyway, variant: "solid", onClick: act("ticket.send_anyway", message) },
				]
			: [
					...(message.can_check
						? [{ label: labels.check, variant: "subtle", onClick: act("ticket.check", message) }]
						: []),
					{ label: labels.send_again, variant: "solid", onClick: act("ticket.send_again", message) },
				];

	const ask = (state, message) =>
		$dialog({
			title: message.held ? state.labels.held : state.labels.not_delivered,
			html: `<p class="text-p-base" style="white-space:pre-wrap">${escape(message.text)}</p>
				<p class="text-p-sm" style="margin-top:8px">${escape(message.reason)}</p>`,
			actions: answers(state, message),
		});

	const paragraphs = (lines) => lines.map((line) => `<p class="text-p-base">${escape(line)}</p>`).join("");

	const show = (state) =>
		$dialog({
			title: "WhatsApp",
			html: paragraphs([
				...state.lines,
				...state.missing_files.map((file) => `${state.labels.missing_file} (${file.label}): ${file.reason}`),
			]),
			actions: state.missing_files.map((file) => ({
				label: `${state.labels.fetch_again}: ${file.label}`,
				variant: "subtle",
				onClick: act("media.fetch_again", file),
			})),
		});

	try {
		follow(String(doc.name));
		const state = await api("ticket.state", { ticket: String(doc.name) });
		if (!state.whatsapp) return { actions: [] };
		const failed = state.undelivered.map((message) => ({
			label: `${message.held ? state.labels.held : state.labels.send_again}: ${message.text.slice(0, 24)}`,
			iconLeft: "alert-triangle",
			theme: "red",
			variant: "subtle",
			onClick: () => ask(state, message),
		}));
		return {
			actions: [
				{
					label: state.label,
					iconLeft: "message-circle",
					theme: state.theme,
					variant: "subtle",
					onClick: () => show(state),
				},
				...failed,
			],
		};
	} catch (error) {
		console.warn("WhatsApp Channel:", error);
		return { actions: [] };
	}
}
