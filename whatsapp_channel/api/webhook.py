"""Meta's webhook: verify, store, respond (ADR 0001). Everything else happens in the drain job."""

import hmac

import frappe
from werkzeug.wrappers import Request, Response

from whatsapp_channel import logs, settings
from whatsapp_channel.cloud_api import signature
from whatsapp_channel.inbound import delivery
from whatsapp_channel.jobs import wake_drain
from whatsapp_channel.logs import logger
from whatsapp_channel.timeouts import OutOfTime, tolerated

SIGNATURE = "X-Hub-Signature-256"


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
@logs.request
def receive() -> Response:
	"""Handles Meta's requests: GET is the handshake, POST a delivery.

	A POST gets 401 (bad signature), 413 (too large), 200 (stored, now or earlier) or 503 (not stored; Meta retries for
	seven days).
	"""
	if frappe.request.method == "GET":
		return _handshake()
	return _delivery()


# Frappe's answers to a JSON body that it cannot parse.
UNREAD = (417, 500)


def store_unread(response: Response | None = None, request: Request | None = None) -> None:
	"""After each request: stores a signed delivery that Frappe could not parse, so that `receive` was not called, and answers 200.

	For Frappe 16 a lone surrogate makes invalid JSON. Meta would repeat the delivery for seven days and then drop it with all
	its messages. Without a valid signature Frappe's answer stays. Any other request costs one comparison.
	"""
	if response and request and request.path == settings.WEBHOOK_PATH:
		_store_unread(response, request)


@logs.request
def _store_unread(response: Response, request: Request) -> None:
	if request.method == "POST" and response.status_code in UNREAD and not frappe.form_dict:
		body = request.get_data()
		header = request.headers.get(SIGNATURE)
		if len(body) <= delivery.MAX_BODY_BYTES and signature.verify(body, header, settings.app_secrets()):
			_replace(response, _keep_if_signed(body))


def _replace(response: Response, other: Response) -> None:
	response.status_code, response.content_type = other.status_code, other.content_type
	response.set_data(other.get_data())


def _handshake() -> Response:
	asked = frappe.form_dict
	expected = settings.verify_token()
	given = str(asked.get("hub.verify_token") or "")
	if asked.get("hub.mode") != "subscribe" or not expected or not _equal(given, expected):
		return _answer(403, "The verify token does not match the one in WhatsApp Channel Settings.")
	return _answer(200, str(asked.get("hub.challenge") or ""))


def _equal(given: str, expected: str) -> bool:
	return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _delivery() -> Response:
	if (frappe.request.content_length or 0) > delivery.MAX_BODY_BYTES:
		return _answer(413, "A delivery has at most 3 MB.")
	body = frappe.request.get_data()
	if len(body) > delivery.MAX_BODY_BYTES:
		return _answer(413, "A delivery has at most 3 MB.")
	try:
		return _keep_if_signed(body)
	except OutOfTime:
		raise
	except Exception:
		# Whatever failed, the database or the decryption of a secret: with a 503 Meta keeps the delivery and retries.
		logger().error("Could not store a delivery", exc_info=True)
		with tolerated():  # the connection itself may be what was lost
			frappe.db.rollback()
		return _answer(503, "Not stored. Please try again.")


def _keep_if_signed(body: bytes) -> Response:
	secrets = settings.app_secrets()
	if not signature.verify(body, frappe.get_request_header(SIGNATURE), secrets):
		delivery.count_refusal("signature" if secrets else "secret")
		return _answer(401, "The signature is missing or wrong.")
	delivery.store(body)
	wake_drain()
	return _answer(200, "")


def _answer(status: int, text: str) -> Response:
	return Response(text, status=status, content_type="text/plain; charset=utf-8")
