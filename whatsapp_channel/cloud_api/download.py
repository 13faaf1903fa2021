"""Receives a file from Meta: counts, hashes and writes it in chunks, and stops at its limits.

No connection is opened here: the client passes a response whose body has not been read.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import BinaryIO

import httpx
from pydantic import SecretStr

from .answers import Downloaded
from .errors import CloudAPIError, MediaGone, MediaRefused, MediaTooLarge, MediaTooSlow, NotSent
from .response_body import Deadline, unpacked
from .transport import Call, error_of

_ERROR_BYTES = 64 * 1024


def moved_to(response: httpx.Response) -> httpx.URL | None:
	"""The target of a redirect, None for any other response. Raises httpx.InvalidURL if it is not a URL."""
	if not response.has_redirect_location:
		return None
	return response.url.join(response.headers["location"])


def receive(
	response: httpx.Response,
	into: BinaryIO,
	max_bytes: int,
	deadline: Deadline,
	call: Call,
	token: SecretStr,
) -> Downloaded | CloudAPIError:
	"""Writes the body into an open file, or returns the error. Raises what httpx raises while reading."""
	announced = response.headers.get("content-length", "")
	if response.status_code == 200 and announced.isdecimal() and int(announced) > max_bytes:
		return _too_large(max_bytes)
	try:
		if response.status_code != 200:
			return _refusal(response, deadline, call, token)
		return _copy(response, into, max_bytes, deadline)
	except zlib.error:
		return NotSent("The file came damaged", http_status=200)


def _copy(
	response: httpx.Response, into: BinaryIO, max_bytes: int, deadline: Deadline
) -> Downloaded | CloudAPIError:
	pieces = unpacked(response)
	if pieces is None:
		return MediaRefused("The file is packed in a way that was not asked for", http_status=200)
	size, digest = 0, hashlib.sha256()
	for piece in pieces:
		size += len(piece)
		if size > max_bytes:
			return _too_large(max_bytes)
		if deadline.is_over():
			return MediaTooSlow("The file came too slowly", received=size)
		digest.update(piece)
		into.write(piece)
	kind = response.headers.get("content-type")
	return Downloaded(size=size, sha256=digest.hexdigest(), mime_type=kind)


def _too_large(max_bytes: int) -> MediaTooLarge:
	return MediaTooLarge(f"The file is larger than {max_bytes} bytes", http_status=200)


def _refusal(response: httpx.Response, deadline: Deadline, call: Call, token: SecretStr) -> CloudAPIError:
	"""The error of a response without a file. Its body is read only up to the size and time of an error object."""
	status = response.status_code
	if status in (404, 410):
		return MediaGone("The file is gone, or its link has expired", http_status=status)
	body = b""
	for chunk in unpacked(response) or ():
		body += chunk[: _ERROR_BYTES - len(body)]
		if len(body) >= _ERROR_BYTES or deadline.is_over():
			break
	headers = {"content-type": response.headers.get("content-type", "")}
	error = error_of(httpx.Response(status, headers=headers, content=body), call, token)
	if error.code is None and status < 500 and status not in (408, 429):
		return MediaRefused("The file was refused", http_status=status)
	return error
