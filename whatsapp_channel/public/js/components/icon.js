// Small drawings that say nothing by themselves: a word stands beside each.

const CHECK = "M5 12.5l4.5 4.5L19 7.5";
const EXCLAMATION = "M12 7v6M12 16.5v.5";
const SHAPES = {
	success: CHECK,
	done: CHECK,
	ok: CHECK,
	error: EXCLAMATION,
	warning: EXCLAMATION,
	todo: EXCLAMATION,
	info: "M12 11v6M12 7.5v.5",
	unknown: "M9 9.5a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 1.7M12 17v.5",
	blocked: "M7 11h10v8H7zM9 11V8.5a3 3 0 0 1 6 0V11",
	image: "M5 5h14v14H5zM5 16l4.5-4.5 4 4 2-2L19 17M15 9h.01",
	chat: "M21 11.5a8.4 8.4 0 0 1-12.3 7.4L3 21l2.1-5.7A8.4 8.4 0 1 1 21 11.5z",
	alert: "M12 3 2 20h20zM12 10v4M12 17v.5",
};

/** The drawing of a name in SHAPES; it has the colour of the text around it. */
export function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	path.setAttribute("d", SHAPES[name] ?? SHAPES.info);
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	svg.setAttribute("class", `wac-icon wac-icon-${name}`);
	svg.append(path);
	return svg;
}
