// Runs in Helpdesk's agent page for each ticket. An exception here would take every other action off the page,
// so everything that can fail is caught. Labels come translated from the server: this page offers no __().
// Pictures are given as `iconLeft`, because `icon` makes a button that shows no label.
async function setupForm({ doc, call, toast, $dialog }) {
	if (!doc.whatsapp_customer) return { actions: [] };

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
