"""User-facing texts of the app. `python -m tests.translations` brings whatsapp_channel/locale/ up to date with them.

Takes what Frappe's own extraction takes: `_("...")` in Python, `__("...")` in JavaScript and the words in DocType
files. The sandbox is a tool for developers and stays English.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
APP = ROOT / "whatsapp_channel"
LOCALE = APP / "locale"
TEMPLATE = LOCALE / "main.pot"
COMMAND = "python -m tests.translations"
PROJECT = "WhatsApp Channel"
NOTICE = f"""\
# Translations of {PROJECT}.
# Copyright (C) WhatsApp Channel contributors
# This file is distributed under the same license as the {PROJECT} project.
#"""
# Nobody to name, or different at every run and with every Babel: a file that nothing has changed stays as it is.
NEEDLESS_HEADERS = re.compile(
	rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team):.*\n',
	re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Text:
	"""One occurrence of a text: the file it is in, and for DocTypes what it is there."""

	text: str
	path: Path
	comment: str = ""


def texts() -> Iterator[Text]:
	"""Every text that a user may see, as often as it occurs."""
	for path in _files("**/*.py"):
		yield from _of_code(path, "python", "_")
	for path in scripts():
		yield from _of_code(path, "javascript", "__")
	for path in _files("**/doctype/*/*.json"):
		yield from _of_doctype(path)
	for path in _files("**/page/*/*.json"):
		yield Text(json.loads(path.read_text())["title"], path, "Title of a page")
	for path in _files("**/number_card/*/*.json"):
		yield Text(json.loads(path.read_text())["label"], path, "Label of a number card")
	for path in _files("**/workspace/*/*.json"):
		yield from _of_workspace(path)


def scripts() -> list[Path]:
	"""The JavaScript that runs on Frappe's pages, where `__` is known."""
	return [*_files("**/doctype/*/*.js"), *_files("**/page/*/*.js"), *_files("public/**/*.js")]


def _files(pattern: str) -> list[Path]:
	return sorted(path for path in APP.glob(pattern) if APP / "sandbox" not in path.parents)


def _of_code(path: Path, language: str, function: str) -> Iterator[Text]:
	options = {"parse_template_string": True}  # `<b>${__("...")}</b>` in JavaScript
	with path.open("rb") as file:
		for _line, message, *_rest in extract(language, file, keywords={function: None}, options=options):
			yield Text(str(message), path)


def _of_doctype(path: Path) -> Iterator[Text]:
	doctype = json.loads(path.read_text())
	name = doctype["name"]
	for text, comment in [
		(name, "Name of a DocType"),
		(doctype.get("description"), "Description of a DocType"),
		*(words for field in doctype.get("fields", []) for words in _of_field(field, name)),
		*(words for link in doctype.get("links", []) for words in _of_link(link, name)),
		*((permission.get("role"), "Name of a role") for permission in doctype.get("permissions", [])),
	]:
		if text:
			yield Text(text, path, comment)


def _of_workspace(path: Path) -> Iterator[Text]:
	workspace = json.loads(path.read_text())
	yield Text(workspace["title"], path, "Title of a workspace")
	for entry in (*workspace["links"], *workspace["shortcuts"]):
		yield Text(entry["label"], path, "Label in a workspace")
	for block in json.loads(workspace["content"]):
		# Frappe translates the words of a header, not the tags around them.
		if words := re.sub(r"<[^>]+>", "", block["data"].get("text", "")).strip():
			yield Text(words, path, "Header in a workspace")


def _of_field(field: dict[str, Any], doctype: str) -> Iterator[tuple[str | None, str]]:
	kind, label = field["fieldtype"], field.get("label")
	where = f"'{label or field['fieldname']}' ({kind}) field in DocType '{doctype}'"
	yield label, f"Label of a {kind} field in DocType '{doctype}'"
	yield field.get("description"), f"Description of the {where}"
	options = field.get("options") or ""
	if kind == "Select":
		yield from (
			(option, f"Option for the {where}") for option in options.split("\n") if not option.isdigit()
		)
	elif kind == "HTML":
		yield options, f"Content of the {where}"


def _of_link(link: dict[str, Any], doctype: str) -> Iterator[tuple[str | None, str]]:
	yield link.get("group"), f"Group in {doctype}'s connections"
	yield link.get("link_doctype"), f"Linked DocType in {doctype}'s connections"


def template() -> Catalog:
	"""What main.pot has to hold."""
	catalog = _catalog()
	for found in texts():
		location = (found.path.relative_to(ROOT).as_posix(), 1)
		comments = [found.comment] if found.comment else []
		catalog.add(found.text, locations=[location], auto_comments=comments)
	return catalog


def translated(untranslated: Catalog, present: Catalog) -> Catalog:
	"""The messages of `untranslated` with the words that `present` has for exactly them, and nothing else."""
	catalog = _catalog(str(present.locale))
	for message in untranslated:
		known = present.get(message.id) if message.id else None
		if message.id:
			catalog.add(
				message.id,
				known.string if known and not known.fuzzy else "",
				locations=message.locations,
				auto_comments=message.auto_comments,
			)
	return catalog


def _catalog(locale: str | None = None) -> Catalog:
	return Catalog(locale=locale, project=PROJECT, header_comment=NOTICE, fuzzy=False)


def read(path: Path) -> Catalog:
	"""A .pot, or a .po whose language is its file name."""
	with path.open("rb") as file:
		return read_po(file, locale=None if path.suffix == ".pot" else path.stem)


def languages() -> list[Path]:
	"""The .po file of every language that the app is translated to."""
	return sorted(LOCALE.glob("*.po"))


def _write(path: Path, catalog: Catalog) -> None:
	for message in catalog:
		message.flags.discard("python-brace-format")  # older versions of Babel do not know it
	buffer = io.BytesIO()
	# Files without lines: otherwise every edit of the code would change every file of texts.
	write_po(buffer, catalog, width=0, sort_output=True, include_lineno=False)
	path.write_bytes(NEEDLESS_HEADERS.sub(b"", buffer.getvalue()))


def main() -> None:
	"""Writes main.pot and takes its messages over into every language."""
	untranslated = template()
	_write(TEMPLATE, untranslated)
	for path in languages():
		catalog = translated(untranslated, read(path))
		_write(path, catalog)
		empty = sum(1 for message in catalog if message.id and not message.string)
		print(f"{path.name}: {len(catalog)} messages, {empty} to translate")


if __name__ == "__main__":
	main()
