"""Meta's Resumable Upload: a session of the app, the bytes, and a handle that stands for the file.

Source: Graph API, Resumable Upload API; used for profile pictures and template samples.
"""

from __future__ import annotations

import secrets

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.graph.call import Call, Download
from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON, MediaFile, Number, Upload
from whatsapp_channel.sandbox.state.state import State

TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
LARGEST_PICTURE = 5 * 1024 * 1024
PICTURE_PATH = "/sandbox/pictures/"


def start(sandbox: State, call: Call, app_id: str) -> JSON:
	"""POST /{app id}/uploads: file_length, file_type, file_name"""
	given = call.parameters
	length, kind = str(given.get("file_length") or ""), str(given.get("file_type") or "")
	if not length.isdigit() or int(length) == 0:
		raise graph_errors.invalid("Param file_length must be a positive integer.")
	if kind not in TYPES:
		raise graph_errors.invalid(f"Param file_type must be one of {{{', '.join(TYPES)}}}.")
	made = Upload(f"upload:{secrets.token_urlsafe(24)}", int(length), kind)
	with sandbox.condition:
		sandbox.uploads[made.id] = made
	return {"id": f"{made.id}?sig=ARZ{secrets.token_urlsafe(9)}"}


def receive(sandbox: State, call: Call, upload: Upload) -> JSON:
	"""POST /upload:…: bytes from `file_offset` on"""
	offset = call.headers.get("file_offset", "")
	if offset != str(len(upload.data)):
		raise graph_errors.invalid(f"Header file_offset must be {len(upload.data)}.")
	if len(upload.data) + len(call.data) > upload.length:
		raise graph_errors.invalid("More bytes were sent than file_length announced.")
	with sandbox.condition:
		upload.data += call.data
		if len(upload.data) < upload.length:
			return position(sandbox, call, upload)
		upload.handle = f"4::{secrets.token_urlsafe(48)}"
	return {"h": upload.handle}


def position(sandbox: State, call: Call, upload: Upload) -> JSON:
	"""GET /upload:…: how many bytes have arrived, to resume after an interruption"""
	return {"id": upload.id, "file_offset": len(upload.data)}


def set_picture(sandbox: State, call: Call, number: Number, handle: str) -> None:
	"""Makes an uploaded file the picture of a number's profile; raises GraphError 100 if it cannot be one."""
	found = next((one for one in sandbox.uploads.values() if one.handle == handle), None)
	if found is None:
		raise graph_errors.invalid("Param profile_picture_handle is not a valid handle.")
	kind = next((kind for start, kind in PICTURES.items() if found.data.startswith(start)), None)
	if kind is None or len(found.data) > LARGEST_PICTURE:
		raise graph_errors.invalid(
			"Param profile_picture_handle must be a JPEG or PNG image of at most 5 MB."
		)
	stored = sandbox.add_media(MediaFile(ids.object_id(), found.data, kind))
	number.profile["profile_picture_url"] = f"{call.base}{PICTURE_PATH}{stored.id}"


def picture(sandbox: State, path: str) -> Download | None:
	"""The profile picture behind a URL that `set_picture` made."""
	media = sandbox.media.get(path.removeprefix(PICTURE_PATH))
	return Download(media) if media else None
