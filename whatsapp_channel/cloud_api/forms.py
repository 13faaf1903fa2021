"""The answers and files of a filled-in form (`interactive.nfm_reply`).

Source: Meta's documentation of Flows, "Receiving the response message": `response_json` is a JSON document of whatever
shape the form's maker chose; pickers of photos and documents answer with lists of media objects, whose files Meta keeps
as those of any message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from .content_types import Form, Media, spoken
from .payload import (
	CUT,
	MAX_DEPTH,
	MAX_ENTRIES,
	MAX_LINE,
	MAX_NAME,
	MAX_TEXT,
	InvalidPayload,
	clean_text,
	line_of,
	load,
	optional_id,
	sha256_of,
	text_of,
)

Raw = Mapping[str, Any]
Answer = tuple[str, "str | bool"]

MAX_FILES = 60
"""Meta: a form's photo picker and its document picker take 30 files each."""
# An answer that ties a form to what was sent; of no interest to a reader.
_FLOW_TOKEN = "flow_token"  # noqa: S105 - the name of a field


def read_form(form: Raw) -> Form:
	"""An `nfm_reply`, whatever it looks like."""
	name, body = line_of(form, "name", limit=MAX_NAME), text_of(form, "body")
	written = form.get("response_json")
	if isinstance(written, str):
		try:
			# A second document inside the first: its escapes were not cleaned with the rest.
			written = load(written)
		except InvalidPayload:
			text = clean_text(written[:MAX_TEXT])
			return Form(name, body, (("", text),) if text.strip() else ())
	return Form(name, body, _bounded(_answers("", written, MAX_DEPTH)), _files(written))


def _bounded(answers: Iterator[Answer]) -> tuple[Answer, ...]:
	found = tuple(islice(answers, MAX_ENTRIES + 1))
	return found if len(found) <= MAX_ENTRIES else (*found[:MAX_ENTRIES], ("", "…"))


def _answers(name: str, value: Any, levels: int) -> Iterator[Answer]:
	"""Fields and answers, also of fields inside fields; what one field was answered with is one text."""
	label = " ".join(name[:MAX_LINE].split())
	if isinstance(value, Mapping) and levels and not _file(value):
		for inner, answer in value.items():
			if inner != _FLOW_TOKEN:
				yield from _answers(inner, answer, levels - 1)
	elif isinstance(value, bool):
		yield label, value
	elif text := _said(value, levels):
		yield label, clean_text(text[:MAX_TEXT])


def _said(value: Any, levels: int) -> str:
	"""A value in words; "" for one that says nothing."""
	if isinstance(value, bool):
		return spoken(value)
	if isinstance(value, (str, int, float)):
		return str(value).strip() and str(value)
	if not value:
		return ""
	if not levels:
		return CUT
	if isinstance(value, Mapping):
		file = _file(value)
		return _called(file) if file else ", ".join(_fields(value, levels))
	several = any(isinstance(one, Mapping) and not _file(one) and len(one) > 1 for one in value)
	return ("; " if several else ", ").join(filter(None, (_said(one, levels - 1) for one in value)))


def _fields(value: Raw, levels: int) -> Iterator[str]:
	for name, inner in value.items():
		text = _said(inner, levels - 1)
		if text and name != _FLOW_TOKEN:
			yield f"{' '.join(name.split())}: {text}"


def _called(file: Media) -> str:
	return file.filename or file.mime_type or file.id or ""


def _files(value: Any) -> tuple[Media, ...]:
	return tuple(islice(dict.fromkeys(_files_in(value, MAX_DEPTH)), MAX_FILES))


def _files_in(value: Any, levels: int) -> Iterator[Media]:
	if isinstance(value, Mapping) and (file := _file(value)):
		yield file
	elif isinstance(value, (Mapping, list)) and levels:
		for inner in value.values() if isinstance(value, Mapping) else value:
			yield from _files_in(inner, levels - 1)


def _file(value: Raw) -> Media | None:
	"""A media object: an id that Meta gives a file for, and what says that it is a file."""
	id, name = optional_id(value, "id"), line_of(value, "file_name", "filename")
	mime_type = line_of(value, "mime_type")
	if not id or not (name or mime_type):
		return None
	kind = _kind(mime_type or "")
	return Media(kind, id, mime_type, sha256_of(text_of(value, "sha256")), filename=name)


def _kind(mime_type: str) -> str:
	family = mime_type.partition("/")[0].strip().lower()
	return family if family in ("image", "video", "audio") else "document"
