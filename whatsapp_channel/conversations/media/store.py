"""Downloads a file of a message from Meta, checks it, and stores it as a private File.

The download goes into an unnamed temporary file on the site's disk, which disappears with the process. It is checked and
stored through a memory map, so that 100 MB are read from the page cache and not copied into the worker's memory. Nothing
here decompresses or decodes it: whatever needs more than its markers is done by a separate process.
"""

import mimetypes
import mmap
import time
from tempfile import TemporaryFile
from typing import IO, Any

import frappe
from frappe.core.api.file import get_max_file_size

from whatsapp_channel import settings
from whatsapp_channel.clock import to_site, utc_now
from whatsapp_channel.cloud_api.client import CloudAPI, Downloaded
from whatsapp_channel.cloud_api.errors import CloudAPIError, MediaRefused, MediaTooLarge, MediaTooSlow, Retry
from whatsapp_channel.conversations.media import pdf_scan
from whatsapp_channel.conversations.media.file_errors import (
	FileNotStored,
	no_access,
	no_file,
	not_allowed,
	problem_of,
	too_large,
)
from whatsapp_channel.conversations.media.file_request import FileRequest, FileState
from whatsapp_channel.database import in_transaction, set_value, single_value
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.helpdesk import files
from whatsapp_channel.rules.files import dimensions
from whatsapp_channel.rules.files import file_check as rules
from whatsapp_channel.rules.files.file_check import FileRejected
from whatsapp_channel.rules.files.file_names import safe_name
from whatsapp_channel.sentences import Sentence, _
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_user


def obtain(wanted: FileRequest, seconds: float) -> tuple[dict[str, Any], Exception | None]:
	"""Downloads and stores a file; returns the values of its media row and the error, if any. Never raises, and takes at
	most about `seconds`.

	Commits. A stored file is attached to the customer until a Communication takes it over.
	"""
	try:
		return _row(
			wanted, state=FileState.STORED, **(_stored_before(wanted) or _download(wanted, seconds))
		), None
	except OutOfTime:
		raise
	except Exception as error:
		frappe.db.rollback()
		found = problem_of(error, wanted)
		return _row(wanted, state=found.state, why=found.sentence), error


def put_off(wanted: FileRequest, why: Sentence) -> dict[str, Any]:
	"""The values of a media row for a file that is not downloaded now but later."""
	return _row(wanted, state=FileState.FAILED, why=why)


def give_up(wanted: FileRequest, why: Sentence) -> dict[str, Any]:
	"""The values of a media row for a file that is never requested again."""
	return _row(wanted, state=FileState.REFUSED, why=why)


def _row(wanted: FileRequest, why: Sentence | None = None, **found: Any) -> dict[str, Any]:
	now = utc_now()
	# Meta counts from the webhook. This time only ends the offer to download again; for late messages Meta's response decides.
	until = max(wanted.at + rules.KEPT_BY_META, now + rules.KEPT_BY_META / 7)
	return {
		"kind": wanted.kind,
		"file_name": wanted.filename and wanted.filename[:140],
		"mime_type": wanted.mime_type and wanted.mime_type[:140],
		"media_id": wanted.media_id,
		"sha256": wanted.sha256,
		"error": why and to_user(why),
		"available_until": to_site(until),
		**found,
	}


def _stored_before(wanted: FileRequest) -> dict[str, Any] | None:
	"""The file that an earlier process stored before it died, if any."""
	fields = ["name", "file_name", "file_url", "file_size"]
	file = frappe.db.get_value("File", wanted.key, fields, as_dict=True)
	if not file:
		return None
	kind = mimetypes.guess_type(file.file_name)[0] or wanted.mime_type
	return {
		"file": file.name,
		"file_name": file.file_name,
		"file_url": file.file_url,
		"size": file.file_size,
		"mime_type": kind,
	}


def _download(wanted: FileRequest, seconds: float) -> dict[str, Any]:
	with TemporaryFile(dir=frappe.get_site_path("private")) as content:
		got = _receive(wanted, content, seconds)
		content.seek(0)
		head = content.read(rules.HEAD_BYTES)
		judged = rules.judge(wanted.kind, head, wanted.mime_type, wanted.filename)
		_check_allowed(judged)
		name = safe_name(wanted.filename, judged.extension, _name_of(wanted))
		with mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
			dimensions.check(mapped, judged.mime_type, wanted.kind)
			if judged.extension == "pdf" and pdf_scan.has_scripts(content):
				raise FileRejected(rules.SCRIPTED)
			file = in_transaction(lambda: _insert(wanted, name, mapped))
	return {**file, "size": got.size, "mime_type": judged.mime_type, "sha256": got.sha256}


def _name_of(wanted: FileRequest) -> str:
	return f"whatsapp-{wanted.kind}-{to_site(wanted.at):%Y%m%d-%H%M%S}"


def _insert(wanted: FileRequest, name: str, content: mmap.mmap) -> dict[str, str]:
	document = files.insert(wanted.key, name, content)
	# Attached afterwards, because Frappe would write a timeline entry for each file. The name is set again, because Frappe
	# # adds letters to one that exists on disk.
	place = {"attached_to_doctype": CUSTOMER, "attached_to_name": wanted.customer, "file_name": name}
	# An agent may have asked for it. An owner reads a file for ever, whatever becomes of the ticket.
	nobodys = {"owner": "Administrator", "modified_by": "Administrator"}
	set_value("File", document.name, {**place, **nobodys}, update_modified=False)
	return {"file": document.name, "file_name": name, "file_url": document.file_url}


def _check_allowed(judged: rules.DetectedType) -> None:
	"""Applies the site's list of allowed extensions, which Frappe itself applies to uploads only."""
	listed = single_value("System Settings", "allowed_file_extensions")
	usual = mimetypes.guess_extension(judged.mime_type) or ""
	if listed and not {judged.extension.upper(), usual.lstrip(".").upper()} & set(listed.upper().split()):
		raise not_allowed(judged.extension)


def _receive(wanted: FileRequest, content: IO[bytes], seconds: float) -> Downloaded:
	"""Downloads into `content`. Raises CloudAPIError, FileRejected or FileNotStored."""
	if not (wanted.media_id or wanted.url):
		raise no_file()
	api = _client(wanted.account)
	limit = min(rules.limit_of(wanted.kind), get_max_file_size())
	ends = time.monotonic() + seconds
	try:
		if wanted.url and (got := _by_first_link(api, wanted, content, limit, seconds)):
			return got
		return _by_id(api, wanted, content, limit, ends)
	except MediaTooLarge as error:
		raise too_large(wanted.kind, limit) from error


def _client(account: str) -> CloudAPI:
	try:
		return settings.cloud_api(account)
	except (ValueError, frappe.ValidationError) as error:
		frappe.clear_last_message()
		raise no_access() from error


def _by_first_link(
	api: CloudAPI, wanted: FileRequest, content: IO[bytes], limit: int, seconds: float
) -> Downloaded | None:
	"""Downloads by the webhook's link, which saves a request; None if it has expired or leads to another file."""
	try:
		got = api.download_media(wanted.url, content, max_bytes=limit, seconds=seconds)
	except MediaTooLarge:
		raise
	except MediaRefused:
		if wanted.media_id:
			return None
		raise
	if wanted.sha256 in (None, got.sha256):
		return got
	if not wanted.media_id:
		raise FileRejected(rules.CHANGED)
	return None


def _by_id(api: CloudAPI, wanted: FileRequest, content: IO[bytes], limit: int, ends: float) -> Downloaded:
	info = api.media(wanted.media_id)
	if info.file_size and info.file_size > limit:
		raise too_large(wanted.kind, limit, info.file_size)
	if not info.url:
		raise FileNotStored(
			FileState.FAILED,
			Sentence(_("WhatsApp named no place for this file. It is tried again by itself.")),
		)
	content.seek(0)
	content.truncate()
	left = max(1.0, ends - time.monotonic())
	got = api.download_media(info.url, content, max_bytes=limit, seconds=left)
	announced = {found.lower() for found in (wanted.sha256, info.sha256) if found}
	if announced and got.sha256 not in announced:
		raise FileRejected(rules.CHANGED)
	return got


def is_server_failure(error: Exception | None) -> bool:
	"""Whether the next file would fail as well, because Meta's servers do not answer or temporarily refuse."""
	if not isinstance(error, CloudAPIError) or isinstance(error, MediaRefused):
		return False
	slow_but_coming = isinstance(error, MediaTooSlow) and error.received > rules.MB
	return error.retry is not Retry.NEVER and not slow_but_coming
