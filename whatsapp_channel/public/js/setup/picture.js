// Choosing a picture: uploaded at once, so that nothing is lost; what it is is decided by the server.
import { linkButton } from "../components/button.js";
import { make } from "../components/dom.js";
import { fieldLabel } from "../components/form.js";
import { icon } from "../components/icon.js";
import { __, wordsOf } from "../text.js";

const TYPES = ["image/png", "image/jpeg"];

/** A field for a jpg or png. options: {name, label, help, draft, value, most (bytes), changed(url), is_private}. */
export function pictureField(wizard, form, { name, label, help, draft, value, most, changed, isPrivate }) {
	const id = `wac-picture-${name}`;
	const error = make("p", { class: "wac-error", id: `${id}-error`, role: "alert" });
	const thumb = make("span", { class: "wac-thumb" });
	const input = make("input", {
		type: "file",
		id,
		class: "wac-file",
		accept: ".jpg,.jpeg,.png",
		"aria-describedby": `${id}-help ${id}-error`,
	});
	const remove = linkButton(__("Remove"), () => clear(), { id: `${id}-remove` });
	const show = (url) => {
		thumb.replaceChildren(url ? make("img", { src: url, alt: "" }) : icon("image"));
		remove.hidden = !url;
		changed?.(url);
	};
	form.adopt({ name, label, input, error });
	const set = (url) => {
		form.blame({ name, input, error }, "");
		draft[name] = url;
		wizard.keep(wizard.shown);
		show(url);
	};
	input.addEventListener("change", () => take(wizard, { input, error, most, isPrivate, set }));
	const clear = () => {
		input.value = "";
		set("");
		input.focus();
	};
	show(draft[name] ?? value ?? "");
	return make(
		"div",
		{ class: "wac-field" },
		fieldLabel(id, { label }),
		make("div", { class: "wac-picture" }, thumb, make("div", {}, input, remove)),
		make("p", { class: "wac-help", id: `${id}-help` }, help),
		error,
	);
}

async function take(wizard, { input, error, most, isPrivate, set }) {
	const [file] = input.files;
	error.textContent = "";
	if (!file) return;
	const problem = trouble(file, most);
	if (problem) return refuse(input, error, problem);
	input.setAttribute("aria-busy", "true");
	input.disabled = true;
	try {
		set((await wizard.host.upload(file, { private: isPrivate })).file_url);
		wizard.say(__("The picture is uploaded."));
	} catch (failure) {
		refuse(input, error, wordsOf(failure));
	} finally {
		input.disabled = false;
		input.removeAttribute("aria-busy");
	}
}

function refuse(input, error, text) {
	input.value = "";
	error.textContent = text;
}

function trouble(file, most) {
	if (!TYPES.includes(file.type))
		return __("{0} is no picture of the type jpg or png. Choose another file.", [file.name]);
	if (most && file.size > most) {
		return __("{0} has {1} MB; at most {2} MB are possible. Choose a smaller picture.", [
			file.name,
			inMb(file.size),
			inMb(most),
		]);
	}
	return "";
}

function inMb(bytes) {
	return (Math.ceil((bytes / 1048576) * 100) / 100).toString();
}
