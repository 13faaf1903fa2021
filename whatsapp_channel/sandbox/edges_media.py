"""Files: their node, their URL for five minutes, and the download."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from whatsapp_channel.sandbox import errors
from whatsapp_channel.sandbox.call import SUCCESS, Download
from whatsapp_channel.sandbox.model import JSON, MediaFile

if TYPE_CHECKING:
	from whatsapp_channel.sandbox.call import Call
	from whatsapp_channel.sandbox.core import Sandbox

MEDIA_URL_SECONDS = 300  # recorded: the URL of a file ends 299 s after the question


def _media_hash(sandbox: Sandbox, media_id: str, expires: str) -> str:
	key = sandbox.config.app_secret.encode()
	return hmac.new(key, f"{media_id}/{expires}".encode(), hashlib.sha256).hexdigest()[:40]


def get_media(sandbox: Sandbox, call: Call, media: MediaFile) -> JSON:
	"""GET /{media id}: a URL for five minutes"""
	expires = str(int(sandbox.clock().timestamp()) + MEDIA_URL_SECONDS)
	query = f"mid={media.id}&ext={expires}&hash={_media_hash(sandbox, media.id, expires)}"
	return {
		"url": f"{call.base}/whatsapp_business/attachments/?{query}",
		"mime_type": media.mime_type,
		"sha256": hashlib.sha256(media.data).hexdigest(),
		"file_size": len(media.data),
		"id": media.id,
		"messaging_product": "whatsapp",
	}


def delete_media(sandbox: Sandbox, call: Call, media: MediaFile) -> JSON:
	"""DELETE /{media id}"""
	del sandbox.media[media.id]
	return dict(SUCCESS)


def download(sandbox: Sandbox, call: Call) -> Download:
	"""GET of a media URL: 404 after its five minutes"""
	media_id, expires = str(call.query.get("mid")), str(call.query.get("ext"))
	right = hmac.compare_digest(str(call.query.get("hash")), _media_hash(sandbox, media_id, expires))
	late = not expires.isdigit() or int(expires) < sandbox.clock().timestamp()
	if not right or late or media_id not in sandbox.media:
		raise errors.GraphError(404, {"message": "Not Found", "type": "OAuthException", "code": 100})
	return Download(sandbox.media[media_id])
