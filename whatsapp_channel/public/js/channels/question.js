// What has to be answered before a channel is switched off or on; the desk's forms and lists ask the same.
import { __ } from "../text.js";

/** The question before `enabled` changes: {title, texts, action, danger}. */
export function question({ channel_name }, enabled) {
	return enabled ? activation(channel_name) : deactivation(channel_name);
}

function deactivation(name) {
	return {
		title: __("Deactivate {0}?", [name]),
		texts: [
			__(
				"Nothing is sent and nothing new appears in tickets until the channel is activated again. Agents who answer are told why.",
			),
			__("What customers write meanwhile is kept and handled then. Conversations and tickets stay as they are."),
		],
		action: __("Deactivate"),
		danger: true,
	};
}

function activation(name) {
	return {
		title: __("Activate {0}?", [name]),
		texts: [
			__(
				"The channel sends and receives again. What customers wrote in the meantime is handled now, with its original times.",
			),
		],
		action: __("Activate"),
		danger: false,
	};
}
