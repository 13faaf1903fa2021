"""Error answers of the Graph API in Meta's own words (from recordings and Meta's error reference)."""

from __future__ import annotations

from typing import Any

from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import JSON

DOCS = "https://developers.facebook.com/docs/graph-api"
HREF = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"

# code: (HTTP status, title, details)
CATALOGUE: dict[int, tuple[int, str, str]] = {
	1: (400, "API Unknown", "Invalid request or possible server error."),
	2: (503, "API Service", "Temporary due to downtime or due to being overloaded."),
	4: (400, "Application request limit reached", "The app has reached its API call rate limit."),
	10: (
		403,
		"Application does not have permission for this action",
		"Permission is not granted or was removed.",
	),
	100: (400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
	190: (401, "Invalid OAuth access token", "The access token has expired."),
	368: (403, "Temporarily blocked for policies violations", "The account violated a platform policy."),
	80007: (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
	130429: (400, "Rate limit hit", "Cloud API message throughput has been reached."),
	130472: (400, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
	131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
	131005: (403, "Access denied", "Permission is either not granted or has been removed."),
	131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
	131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
	131016: (500, "Service unavailable", "A service is temporarily unavailable."),
	131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
	131026: (400, "Message undeliverable", "Message Undeliverable."),
	131030: (
		400,
		"Recipient phone number not in allowed list",
		"Add recipient phone number to recipient list.",
	),
	131031: (403, "Business Account locked", "Your account is restricted or disabled."),
	131042: (400, "Business eligibility payment issue", "There was an error related to your payment method."),
	131045: (
		500,
		"Incorrect certificate",
		"Message failed to send due to a phone number registration error.",
	),
	131047: (
		400,
		"Re-engagement message",
		"Message failed to send because more than 24 hours have passed since the customer last replied to this "
		"number.",
	),
	131048: (400, "Spam rate limit hit", "There are restrictions on how many messages can be sent."),
	131049: (400, "Message not delivered", "Not delivered to maintain healthy ecosystem engagement."),
	131050: (400, "User has stopped marketing messages", "The recipient chose to stop marketing messages."),
	131051: (400, "Unsupported message type", "Message type is currently not supported."),
	131052: (400, "Media download error", "Unable to download the media sent by the user."),
	131053: (400, "Media upload error", "Unable to upload the media used in the message."),
	131056: (
		400,
		"(Business Account, Consumer Account) pair rate limit hit",
		"Too many messages sent from this phone number to the same phone number in a short period of time.",
	),
	131057: (500, "Account in maintenance mode", "The business account is in maintenance mode."),
	132000: (
		400,
		"Number of parameters does not match the expected number of params",
		"body: parameter count",
	),
	132001: (404, "Template name does not exist in the translation", "Template does not exist."),
	132015: (400, "Template is paused", "Template is paused due to low quality."),
	132016: (400, "Template is disabled", "Template was paused too often and is now disabled."),
	133004: (503, "Server temporarily unavailable", "Server is temporarily unavailable."),
	133005: (400, "Two-step verification PIN mismatch", "Two-step verification PIN incorrect."),
	133006: (
		400,
		"Phone number re-verification needed",
		"Phone number needs to be verified before registering.",
	),
	133010: (
		400,
		"Phone number not registered",
		"Phone number not registered on the WhatsApp Business Platform.",
	),
	133016: (
		400,
		"Account register deregister rate limit exceeded",
		"Too many attempts for this phone number.",
	),
	136024: (400, "Request code error", "Request code error"),
	136025: (400, "Verify code error", "Verify code error"),
}


def http_status(code: int) -> int:
	"""HTTP status that Meta answers with for an error code."""
	return 403 if 200 <= code <= 299 else CATALOGUE.get(code, (400, "", ""))[0]


def title_of(code: int) -> str:
	"""Meta's title of an error code."""
	return CATALOGUE.get(code, (400, "Unknown error", ""))[1]


def details_of(code: int) -> str:
	"""Meta's usual explanation of an error code."""
	return CATALOGUE.get(code, (400, "", "Unknown error"))[2]


class GraphError(Exception):
	"""An error answer. `error` is the object inside `{"error": …}`; `body` adds the `fbtrace_id`."""

	def __init__(self, status: int, error: JSON) -> None:
		super().__init__(f"HTTP {status}: {error.get('message')}")
		self.status = status
		self.error = error

	def body(self) -> JSON:
		"""The complete answer."""
		return {"error": {**self.error, "fbtrace_id": ids.trace_id()}}


def cloud_error(
	code: int, details: str | None = None, *, status: int | None = None, subcode: int | None = None
) -> GraphError:
	"""Error of the messages edge: title, code and details."""
	error: JSON = {"message": f"(#{code}) {title_of(code)}", "type": "OAuthException", "code": code}
	error["error_data"] = {"messaging_product": "whatsapp", "details": details or details_of(code)}
	if subcode is not None:
		error["error_subcode"] = subcode
	return GraphError(status or http_status(code), error)


def invalid(message: str) -> GraphError:
	"""Code 100 for a parameter that Graph refuses."""
	return GraphError(400, {"message": f"(#100) {message}", "type": "OAuthException", "code": 100})


def missing(parameter: str) -> GraphError:
	"""Code 100: a required parameter of the request is absent."""
	return invalid(f"The parameter {parameter} is required.")


def no_such_object(method: str, object_id: str) -> GraphError:
	"""Code 100 subcode 33: the answer to an unknown id on every edge (recorded)."""
	verb = method.lower()
	message = (
		f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
		"missing permissions, or does not support this operation. Please read the Graph API documentation at "
		f"{DOCS}"
	)
	error = {"message": message, "type": "GraphMethodException", "code": 100, "error_subcode": 33}
	return GraphError(400, error)


def no_such_field(name: str, node_type: str) -> GraphError:
	"""Code 100: a field or edge that the node does not have (recorded)."""
	return invalid(f"Tried accessing nonexisting field ({name}) on node type ({node_type})")


def user_error(
	code: int, subcode: int | None, title: str, text: str, *, message: str | None = None
) -> GraphError:
	"""Error of the number and template edges, with a title and text for users. `subcode` None: not known."""
	error = {
		"message": message or title_of(code),
		"type": "OAuthException",
		"code": code,
		"error_subcode": subcode,
		"is_transient": False,
		"error_user_title": title,
		"error_user_msg": text,
	}
	return GraphError(400, {name: value for name, value in error.items() if value is not None})


def forbidden(code: int) -> GraphError:
	"""403: the token lacks a permission (10, or 200 to 299)."""
	message = f"(#{code}) {title_of(code) if code in CATALOGUE else 'Permissions error'}"
	return GraphError(403, {"message": message, "type": "OAuthException", "code": code})


def token_error(present: bool) -> GraphError:
	"""401: no token (104) or one that is not valid (190)."""
	if present:
		message, code = "Invalid OAuth access token - Cannot parse access token", 190
	else:
		message, code = "An access token is required to request this resource.", 104
	return GraphError(401, {"message": message, "type": "OAuthException", "code": code})


def status_error(code: int, details: str | None = None) -> JSON:
	"""An element of `errors` in a failed status."""
	title = title_of(code)
	data: dict[str, Any] = {"code": code, "title": title, "message": title}
	data["error_data"] = {"details": details or details_of(code)}
	data["href"] = HREF
	return data
