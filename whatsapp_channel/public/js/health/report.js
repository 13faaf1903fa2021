// The results as text, to be sent to somebody who helps. It holds no secrets: the server never sends any.

/** One paragraph for each check. */
export function report(rows) {
	return rows.map(paragraphOf).join("\n\n") + "\n";
}

function paragraphOf({ key, title, result }) {
	const { state, reason, fix, details } = result ?? { state: "UNKNOWN", reason: "", fix: "", details: {} };
	const measured = Object.entries(details ?? {}).map(([label, value]) => `  ${label}: ${value}`);
	return [`${state} ${title} (${key})`, `  ${reason}`, ...(fix ? [`  → ${fix}`] : []), ...measured].join("\n");
}
