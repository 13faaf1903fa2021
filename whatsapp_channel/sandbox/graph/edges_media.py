"""Files: their node, their URL for five minutes, and the download."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Iterator, Mapping

from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.graph.call import SUCCESS, Call, Download
from whatsapp_channel.sandbox.state.faults import Fault
from whatsapp_channel.sandbox.state.model import JSON, MediaFile
from whatsapp_channel.sandbox.state.state import State

BYTES = "application/octet-stream"
MEDIA_URL_SECONDS = 300  # recorded: the URL of a file expires 299 s after the request


def _media_hash(sandbox: State, media_id: str, expires: str) -> str:
	key = sandbox.config.app_secret.encode()
	return hmac.new(key, f"{media_id}/{expires}".encode(), hashlib.sha256).hexdigest()[:40]


def link(sandbox: State, media_id: str, base: str, seconds: float = MEDIA_URL_SECONDS) -> str:
	"""URL of a file below the sandbox's `base` address, valid for so many seconds; negative: already expired."""
	expires = str(int(sandbox.clock().timestamp() + seconds))
	query = f"mid={media_id}&ext={expires}&hash={_media_hash(sandbox, media_id, expires)}"
	return f"{base}/whatsapp_business/attachments/?{query}"


def get_media(sandbox: State, call: Call, media: MediaFile) -> JSON:
	"""GET /{media id}: a URL for five minutes"""
	return {
		"url": link(sandbox, media.id, call.base),
		"mime_type": media.mime_type,
		"sha256": hashlib.sha256(media.data).hexdigest(),
		"file_size": len(media.data),
		"id": media.id,
		"messaging_product": "whatsapp",
	}


def delete_media(sandbox: State, call: Call, media: MediaFile) -> JSON:
	"""DELETE /{media id}"""
	del sandbox.media[media.id]
	return dict(SUCCESS)


def download(sandbox: State, call: Call) -> Download:
	"""GET of a media URL: 404 once its five minutes are over"""
	media_id, expires = str(call.query.get("mid")), str(call.query.get("ext"))
	right = hmac.compare_digest(str(call.query.get("hash")), _media_hash(sandbox, media_id, expires))
	late = not expires.isdigit() or int(expires) < sandbox.clock().timestamp()
	if not right or late or media_id not in sandbox.media:
		raise graph_errors.GraphError(404, {"message": "Not Found", "type": "OAuthException", "code": 100})
	return Download(sandbox.media[media_id])


def file_response(sandbox: State, media: MediaFile, faults: Mapping[str, Fault]) -> Response:
	"""The download response, with at most one file fault. Headers make a browser save the file and never show or run it."""
	kind = next((kind for kind in _ODD if kind in faults), None)
	response = (
		Response(media.data, mimetype=_harmless(media))
		if kind is None
		else _ODD[kind](sandbox, media, faults[kind])
	)
	response.headers["Content-Disposition"] = "attachment"
	response.headers["X-Content-Type-Options"] = "nosniff"
	response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
	return response


def _harmless(media: MediaFile) -> str:
	"""The file's media type, or plain bytes if a browser might run it: the type comes from the uploader, so it is not trusted."""
	given = media.mime_type.partition(";")[0].strip().lower()
	is_picture_or_sound = given.startswith(("image/", "audio/", "video/")) and "xml" not in given
	return given if is_picture_or_sound or given in ("application/pdf", "text/plain") else BYTES


def _gone(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	return Response("", fault.http_status or 404)


def _drip(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	"""One byte at a time with a pause after each, without an announced length."""

	def body() -> Iterator[bytes]:
		for position in range(len(media.data)):
			if sandbox.closing.wait(fault.ms / 1000):
				return
			yield media.data[position : position + 1]

	return Response(body(), mimetype=_harmless(media))


def _changed(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	return Response(media.data[:-1] + bytes([media.data[-1] ^ 1]), mimetype=_harmless(media))


def _other_type(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	return Response(media.data, content_type=fault.details or "text/html")


def _endless(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	"""More than the media node announced, without a Content-Length: `times` copies of the file."""
	return Response((media.data for _copy in range(fault.times)), mimetype=_harmless(media))


def _cut(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	"""Announces the full length, then sends half of the file."""
	half = Response(media.data[: len(media.data) // 2], mimetype=_harmless(media))
	half.automatically_set_content_length = False
	half.headers["Content-Length"] = str(len(media.data))
	half.headers["Connection"] = "close"
	return half


def _elsewhere(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	return Response("", 302, headers={"Location": fault.details or "https://elsewhere.example/file"})


def _bomb(sandbox: State, media: MediaFile, fault: Fault) -> Response:
	"""A compressed body that unpacks to `times` megabytes, although the client did not ask for compression."""
	machine = zlib.compressobj(wbits=31)
	packed = b"".join(machine.compress(bytes(1024 * 1024)) for _megabyte in range(fault.times))
	packed += machine.flush()
	return Response(packed, mimetype=_harmless(media), headers={"Content-Encoding": "gzip"})


_ODD = {
	"media_gone": _gone,
	"media_drip": _drip,
	"media_changed": _changed,
	"media_type": _other_type,
	"media_endless": _endless,
	"media_cut": _cut,
	"media_redirect": _elsewhere,
	"media_bomb": _bomb,
}
