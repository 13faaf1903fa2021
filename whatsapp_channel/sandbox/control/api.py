"""Control API under /sandbox/ (JSON) and the phone page at /. See README.md in this folder."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from werkzeug.wrappers import Request as HTTPRequest
from werkzeug.wrappers import Response

from whatsapp_channel.sandbox.control import onboarding_api as control_meta
from whatsapp_channel.sandbox.control import views
from whatsapp_channel.sandbox.graph import edges_media, uploads
from whatsapp_channel.sandbox.page import assets
from whatsapp_channel.sandbox.page.business_phone import BusinessApp
from whatsapp_channel.sandbox.page.customer_phone import Customer
from whatsapp_channel.sandbox.simulation import Simulation
from whatsapp_channel.sandbox.state.faults import Fault
from whatsapp_channel.sandbox.state.model import JSON, SandboxError
from whatsapp_channel.sandbox.web import json_answer, read_json

FILE_KINDS = ("image", "video", "audio", "document", "sticker")
KEEP_ALIVE = 15.0  # seconds between comments on an idle event stream


def owns(path: str) -> bool:
	"""Whether a path belongs to the control API or the page, not to Graph."""
	return path in ("/", "/favicon.ico") or path.startswith("/sandbox/")


def respond(sandbox: Simulation, request: HTTPRequest) -> Response:
	"""Answers a control request; 400 with {"error": text} if it cannot be done."""
	if request.method == "GET" and request.path in assets.ASSETS:
		return assets.respond(request.path)
	if request.path == "/favicon.ico":
		return Response(status=204)
	if request.path == "/sandbox/events":
		return _events(sandbox, request)
	picture = uploads.picture(sandbox, request.path)
	if picture is not None:
		return edges_media.file_response(sandbox, picture.media, {})
	try:
		answer = _answer(sandbox, request)
	except SandboxError as problem:
		return json_answer({"error": str(problem)}, 400)
	if answer is None:
		return json_answer({"error": f"There is no {request.path}."}, 404)
	return json_answer(answer)


def _answer(sandbox: Simulation, request: HTTPRequest) -> Any:
	segments = request.path.removeprefix("/sandbox/").strip("/").split("/")
	body = read_json(request)
	if segments[0] == "customers" and len(segments) > 1:
		return _customer_answer(sandbox, request, segments[1], "/".join(segments[2:]), body)
	route = ROUTES.get((request.method, "/".join(segments)))
	return route(sandbox, body if request.method != "GET" else dict(request.args)) if route else None


def _customer_answer(sandbox: Simulation, request: HTTPRequest, wa_id: str, edge: str, body: JSON) -> Any:
	customer = sandbox.customers.get(wa_id.lstrip("+"))
	route = CUSTOMER_ROUTES.get((request.method, edge))
	if customer is None:
		raise SandboxError(f"customer: there is no customer {wa_id!r}. Add it with POST /sandbox/customers.")
	return route(sandbox, customer, body) if route else None


def _events(sandbox: Simulation, request: HTTPRequest) -> Response:
	"""Server-sent events: the state's version at every change; the page then reloads what it shows."""

	def stream() -> Iterator[str]:
		seen = -1
		while not sandbox.closing.is_set():
			version = sandbox.wait_for_change(seen, KEEP_ALIVE)
			yield f"data: {version}\n\n" if version != seen else ": still here\n\n"
			seen = version

	return Response(stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


def _moment(value: Any) -> datetime | None:
	"""`at` of a message: seconds since 1970 or ISO 8601."""
	if value is None:
		return None
	try:
		if isinstance(value, int | float) and not isinstance(value, bool):
			return datetime.fromtimestamp(value, timezone.utc)
		moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
	except (ValueError, OverflowError, OSError) as problem:
		raise SandboxError(f"at: {value!r} is neither seconds since 1970 nor ISO 8601.") from problem
	return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _text(body: JSON, name: str) -> str:
	value = body.get(name)
	if not isinstance(value, str) or not value.strip():
		raise SandboxError(f"{name}: give a text that is not empty.")
	return value


def _flag(body: JSON, name: str, default: bool = False) -> bool:
	value = body.get(name, default)
	if not isinstance(value, bool):
		raise SandboxError(f"{name}: {value!r} is neither true nor false.")
	return value


# -- routes ------------------------------------------------------------------------------------------------------


def reset(sandbox: Simulation, body: JSON) -> JSON:
	"""POST reset"""
	sandbox.reset()
	return {"ok": True}


def add_customer(sandbox: Simulation, body: JSON) -> JSON:
	"""POST customers {wa_id, name, user_id?, hides_number?}"""
	name, user_id = body.get("name") or "", body.get("user_id")
	if not isinstance(name, str) or not isinstance(user_id, str | None):
		raise SandboxError("name, user_id: give text.")
	hides = _flag(body, "hides_number")
	return views.customer(
		sandbox, sandbox.customer(_text(body, "wa_id"), name.strip(), user_id=user_id, hides_number=hides)
	)


def change_customer(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""POST customers/{wa_id} {online}"""
	customer.switch_on() if _flag(body, "online", customer.online) else customer.switch_off()
	return views.customer(sandbox, customer)


def customer_sends(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""POST customers/{wa_id}/messages {text | message, at?, quoted?, to?}"""
	moment, number = _moment(body.get("at")), body.get("to")
	if "message" in body:
		if not isinstance(body["message"], dict):
			raise SandboxError("message: give a message object of Meta's reference.")
		return {"wamid": customer.sends_raw(body["message"], moment, to=number)}
	return {"wamid": customer.sends(_text(body, "text"), moment, quoted=body.get("quoted"), to=number)}


def customer_sends_file(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""POST customers/{wa_id}/files {kind, data, mime_type?, filename?, caption?, voice?}; `data` is base64"""
	kind = _text(body, "kind")
	if kind not in FILE_KINDS:
		raise SandboxError(f"kind: {kind!r} is not one of {', '.join(FILE_KINDS)}.")
	try:
		data = base64.b64decode(_text(body, "data"), validate=True)
	except ValueError as problem:
		raise SandboxError("data: give the file's bytes in base64.") from problem
	words: JSON = {name: str(body[name]) for name in ("filename", "caption") if body.get(name)}
	mime_type = str(body.get("mime_type") or "application/octet-stream")
	return {"wamid": customer.sends_file(kind, data, mime_type, voice=_flag(body, "voice"), **words)}


def conversation(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""GET customers/{wa_id}/messages"""
	return {"messages": views.conversation(sandbox, customer.wa_id)}


def customer_reads(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""POST customers/{wa_id}/read"""
	return {"read": customer.reads()}


def mark(sandbox: Simulation, body: JSON) -> JSON:
	"""POST status {wamid, status, code?, details?}"""
	code = body.get("code")
	if code is not None and (not isinstance(code, int) or isinstance(code, bool)):
		raise SandboxError(f"code: {code!r} is not an error code.")
	sandbox.mark(_text(body, "wamid"), _text(body, "status"), code=code, details=body.get("details"))
	return {"ok": True}


def retry(sandbox: Simulation, body: JSON) -> JSON:
	"""POST retry {wamid}"""
	return sandbox.courier.retry(_text(body, "wamid")).to_json()


def release(sandbox: Simulation, body: JSON) -> JSON:
	"""POST release {order?, batch?, shape?}"""
	order = body.get("order", "fifo")
	if not isinstance(order, str) and not (
		isinstance(order, list) and all(isinstance(one, int) for one in order)
	):
		raise SandboxError("order: give a name or a list of positions.")
	return {
		"released": sandbox.release(order, batch=_flag(body, "batch"), shape=str(body.get("shape", "values")))
	}


def hold(sandbox: Simulation, body: JSON) -> JSON:
	"""POST hold"""
	sandbox.hold_webhooks()
	return {"ok": True}


def flush(sandbox: Simulation, body: JSON) -> JSON:
	"""POST flush {timeout?}"""
	timeout = body.get("timeout", 5.0)
	if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not 0 <= timeout <= 60:
		raise SandboxError("timeout: give seconds from 0 to 60.")
	return {"empty": sandbox.flush(timeout), "pending": sandbox.courier.pending}


def add_fault(sandbox: Simulation, body: JSON) -> JSON:
	"""POST faults {kind, count?, match?, …}"""
	given = dict(body)
	with sandbox.condition:
		fault: Fault = sandbox.faults.add(str(given.pop("kind", "")), **given)
		sandbox.touch()
		return fault.to_json()


def list_faults(sandbox: Simulation, body: JSON) -> JSON:
	"""GET faults"""
	return views.faults(sandbox)


def clear_faults(sandbox: Simulation, body: JSON) -> JSON:
	"""DELETE faults {id?}"""
	with sandbox.condition:
		sandbox.faults.clear(body.get("id"))
		sandbox.touch()
	return views.faults(sandbox)


def change_settings(sandbox: Simulation, body: JSON) -> JSON:
	"""POST settings {name: value, …}"""
	with sandbox.condition:
		sandbox.settings.update(body)
		sandbox.touch()
	return views.settings(sandbox)


def app_sends(sandbox: Simulation, customer: Customer, body: JSON) -> JSON:
	"""POST customers/{wa_id}/from_app {text | message, at?}"""
	app, moment = BusinessApp(sandbox), _moment(body.get("at"))
	if isinstance(body.get("message"), dict):
		return {"wamid": app.sends(customer.wa_id, body["message"], moment)}
	return {"wamid": app.writes(customer.wa_id, _text(body, "text"), moment)}


def app_shares(sandbox: Simulation, body: JSON) -> JSON:
	"""POST history {declined?}"""
	if _flag(body, "declined"):
		BusinessApp(sandbox).declines_history()
		return {"messages": 0}
	return {"messages": BusinessApp(sandbox).shares_history()}


def app_saves_contact(sandbox: Simulation, body: JSON) -> JSON:
	"""POST contacts {wa_id, name, action?}"""
	name, action = str(body.get("name") or ""), str(body.get("action", "add"))
	BusinessApp(sandbox).saves_contact(_text(body, "wa_id"), name, action=action)
	return {"ok": True}


def set_callback(sandbox: Simulation, body: JSON) -> JSON:
	"""POST callback {url, verify_token?, verify?}"""
	sandbox.configure_callback(
		_text(body, "url"), body.get("verify_token"), verify=_flag(body, "verify", True)
	)
	return views.business(sandbox)


Route = Callable[[Simulation, JSON], Any]
ROUTES: dict[tuple[str, str], Route] = {
	("GET", "state"): lambda sandbox, query: views.state(sandbox),
	("GET", "phone"): lambda sandbox, query: views.phone(sandbox, query.get("customer")),
	("GET", "customers"): lambda sandbox, query: {"customers": views.customers(sandbox)},
	("GET", "requests"): lambda sandbox, query: {
		"requests": [one.to_json() for one in list(sandbox.requests)]
	},
	("GET", "webhooks"): lambda sandbox, query: {"webhooks": [one.to_json() for one in sandbox.webhooks]},
	("GET", "settings"): lambda sandbox, query: views.settings(sandbox),
	("POST", "settings"): change_settings,
	("POST", "reset"): reset,
	("POST", "customers"): add_customer,
	("POST", "status"): mark,
	("POST", "retry"): retry,
	("POST", "hold"): hold,
	("POST", "release"): release,
	("POST", "flush"): flush,
	("GET", "faults"): list_faults,
	("POST", "faults"): add_fault,
	("DELETE", "faults"): clear_faults,
	("POST", "callback"): set_callback,
	("POST", "history"): app_shares,
	("POST", "contacts"): app_saves_contact,
	**control_meta.ROUTES,
}
CUSTOMER_ROUTES: dict[tuple[str, str], Callable[[Simulation, Customer, JSON], Any]] = {
	("GET", ""): lambda sandbox, customer, body: views.customer(sandbox, customer),
	("POST", ""): change_customer,
	("GET", "messages"): conversation,
	("POST", "messages"): customer_sends,
	("POST", "files"): customer_sends_file,
	("POST", "from_app"): app_sends,
	("POST", "read"): customer_reads,
}
