"""Meta's Resumable Upload: a session of the app, the bytes, and a handle that stands for the file.

Source: Graph API, Resumable Upload API; used for profile pictures and template samples.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whatsapp_channel.sandbox import errors, ids
from whatsapp_channel.sandbox.call import Download
from whatsapp_channel.sandbox.model import JSON, MediaFile

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.call import Call
	from whatsapp_channel.sandbox.core import Sandbox
	from whatsapp_channel.sandbox.model import Number

TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
LARGEST_PICTURE = 5 * 1024 * 1024
PICTURE_PATH = "/sandbox/pictures/"


@dataclass(slots=True)
class Upload:
	"""A file on its way. `handle` is given once all of it is there."""

	id: str
	length: int
	mime_type: str
	data: bytes = b""
	handle: str | None = None


def start(sandbox: Sandbox, call: Call, app_id: str) -> JSON:
	"""POST /{app id}/uploads: file_length, file_type, file_name"""
	given = call.parameters
	length, kind = str(given.get("file_length") or ""), str(given.get("file_type") or "")
	if not length.isdigit() or int(length) == 0:
		raise errors.invalid("Param file_length must be a positive integer.")
	if kind not in TYPES:
		raise errors.invalid(f"Param file_type must be one of {{{', '.join(TYPES)}}}.")
	made = Upload(f"upload:{secrets.token_urlsafe(24)}", int(length), kind)
	with sandbox.condition:
		sandbox.uploads[made.id] = made
	return {"id": f"{made.id}?sig=ARZ{secrets.token_urlsafe(9)}"}


def receive(sandbox: Sandbox, call: Call, upload: Upload) -> JSON:
	"""POST /upload:…: bytes from `file_offset` on"""
	offset = call.headers.get("file_offset", "")
	if offset != str(len(upload.data)):
		raise errors.invalid(f"Header file_offset must be {len(upload.data)}.")
	if len(upload.data) + len(call.data) > upload.length:
		raise errors.invalid("More bytes were sent than file_length announced.")
	with sandbox.condition:
		upload.data += call.data
		if len(upload.data) < upload.length:
			return position(sandbox, call, upload)
		upload.handle = f"4::{secrets.token_urlsafe(48)}"
	return {"h": upload.handle}


def position(sandbox: Sandbox, call: Call, upload: Upload) -> JSON:
	"""GET /upload:…: how much is there, to go on after a break"""
	return {"id": upload.id, "file_offset": len(upload.data)}


def set_picture(sandbox: Sandbox, call: Call, number: Number, handle: str) -> None:
	"""Makes an uploaded file the picture of a number's profile; raises GraphError 100 if it cannot be one."""
	found = next((one for one in sandbox.uploads.values() if one.handle == handle), None)
	if found is None:
		raise errors.invalid("Param profile_picture_handle is not a valid handle.")
	kind = next((kind for start, kind in PICTURES.items() if found.data.startswith(start)), None)
	if kind is None or len(found.data) > LARGEST_PICTURE:
		raise errors.invalid("Param profile_picture_handle must be a JPEG or PNG image of at most 5 MB.")
	stored = sandbox.add_media(MediaFile(ids.object_id(), found.data, kind))
	number.profile["profile_picture_url"] = f"{call.base}{PICTURE_PATH}{stored.id}"


def picture(sandbox: Sandbox, path: str) -> Download | None:
	"""The profile picture at an address that `set_picture` made."""
	media = sandbox.media.get(path.removeprefix(PICTURE_PATH))
	return Download(media) if media else None
