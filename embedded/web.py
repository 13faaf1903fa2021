"""The web application of an embedded site: Frappe's HTTP interface on werkzeug."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from embedded.boot import Site, load_stand_in, opened_site

load_stand_in()

import frappe  # noqa: E402 (it is the stand-in from here on)
from frappe._embedded.missing import MissingInEmbedded  # noqa: E402
from frappe.core.doctype.file.file import guess_type  # noqa: E402
from frappe.core.doctype.file.utils import find_file_by_url  # noqa: E402

MAX_BODY = 25 * 1024 * 1024
_UNSAFE = ("POST", "PUT", "DELETE", "PATCH")
Request.max_form_memory_size = None


class Application:
	"""WSGI application of one site; every request has its own connection."""

	def __init__(self, site: Site) -> None:
		self.site = site

	def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
		request = Request(environ)
		try:
			response = self._answer(request)
			for hook in frappe.get_hooks("after_request", []):
				frappe.get_attr(hook)(response=response, request=request)
		finally:
			self.site.disconnect()
		return response(environ, start_response)

	def _answer(self, request: Request) -> Response:
		try:
			self.site.connect(web=True)
			_prepare(request)
			response = _route(request)
		except HTTPException as error:
			frappe.db.rollback()
			return error.get_response()
		except Exception as error:
			frappe.db.rollback()
			return _report(error)
		if request.method in _UNSAFE or frappe.local.flags.commit:
			frappe.db.commit()
		else:
			frappe.db.rollback()
		return response


def _prepare(request: Request) -> None:
	frappe.local.request = request
	user = frappe.cache.get_value(f"session:{request.cookies.get('sid')}") or "Guest"
	frappe.set_user(user)
	request.max_content_length = int(frappe.conf.max_file_size or MAX_BODY)
	text = request.get_data(as_text=True)
	values: Any = json.loads(text) if text and request.is_json else {**request.args, **request.form}
	if isinstance(values, dict):
		frappe.local.form_dict = frappe._dict(values)
		frappe.local.form_dict.pop("_", None)
	elif isinstance(values, list):
		frappe.local.form_dict.data = values
	else:
		frappe.throw("Invalid request arguments")
	for hook in (*frappe.get_hooks("before_request", []), *frappe.get_hooks("auth_hooks", [])):
		frappe.get_attr(hook)()


def _route(request: Request) -> Response:
	if frappe.form_dict.cmd:
		# Frappe checks `cmd` before the path, and does not pass on a Response that the method returns.
		result = _call(frappe.form_dict.cmd)
		if result is not None and not isinstance(result, Response):
			frappe.response["message"] = result
		return _json_response(200)
	if request.path.startswith(("/files/", "/private/files/")):
		return _file(request.path)
	if not request.path.startswith("/api/method/"):
		raise NotFound
	result = _call(request.path.removeprefix("/api/method/").strip("/"))
	if isinstance(result, Response):
		return result
	if result is not None:
		frappe.response["message"] = result
	return _json_response(200)


def _call(method: str) -> Any:
	built_in = _BUILT_IN.get(method)
	if built_in:
		return built_in(**frappe.form_dict)
	override = frappe.get_hooks("override_whitelisted_methods", {}).get(method)
	try:
		function = frappe.get_attr(override[-1] if override else method)
	except Exception as error:
		frappe.throw(f"Failed to get method for command {method} with {error}")
	_check(function)
	return frappe.call(function, **frappe.form_dict)


def _check(function: Callable[..., Any]) -> None:
	frappe.is_whitelisted(function)
	methods = frappe.allowed_http_methods_for_whitelisted_func[getattr(function, "__func__", function)]
	if frappe.request.method not in methods:
		frappe.throw("Not permitted", frappe.PermissionError)


def run_doc_method(
	method: str, dt: str | None = None, dn: Any = None, docs: Any = None, args: Any = None, **options: Any
) -> None:
	"""Call a whitelisted method of a stored document, which the user must be able to read."""
	doc = frappe.get_doc(dt, dn or dt) if dt else frappe.get_doc(frappe.parse_json(docs))
	if not dt:
		doc._original_modified = doc.modified
		doc.check_if_latest()
	if not doc.has_permission("read"):
		frappe.throw("Not permitted", frappe.PermissionError)
	bound = getattr(doc, method)
	_check(bound)
	values = frappe.parse_json(args) if args else {}
	result = doc.run_method(method, **values) if isinstance(values, dict) else doc.run_method(method, values)
	frappe.response.docs.append(doc.as_dict(convert_dates_to_str=True))
	if result is not None:
		frappe.response["message"] = result


def login(usr: str, pwd: str, **options: Any) -> None:
	"""Start a session; raises AuthenticationError."""
	from frappe.utils.password import check_password

	user = check_password(usr, pwd)
	if not frappe.db.get_value("User", user, "enabled"):
		raise frappe.AuthenticationError("User disabled or missing")
	sid = frappe.generate_hash()
	frappe.cache.set_value(f"session:{sid}", user)
	frappe.set_user(user)
	frappe.local.sid = sid
	frappe.response.update({"message": "Logged In", "home_page": "/app", "full_name": user})


def logout(**options: Any) -> None:
	"""End the session."""
	frappe.cache.delete_value(f"session:{frappe.request.cookies.get('sid')}")
	frappe.local.sid = ""


def _ping(**options: Any) -> str:
	return "pong"


def _logged_user(**options: Any) -> str:
	if frappe.session.user == "Guest":
		frappe.throw("Not permitted", frappe.PermissionError)
	return frappe.session.user


def _get(doctype: str, name: Any = None, filters: Any = None, **options: Any) -> Any:
	doc = frappe.get_doc(doctype, name or frappe.parse_json(filters or "null"))
	doc.check_permission()
	return doc.as_dict()


def _get_list(doctype: str, **options: Any) -> Any:
	for key in ("fields", "filters", "or_filters"):
		if isinstance(options.get(key), str) and options[key][:1] in "[{":
			options[key] = json.loads(options[key])
	options["limit_page_length"] = frappe.utils.cint(options.get("limit_page_length", 20))
	return frappe.get_list(
		doctype, **frappe._embedded.hooks.get_newargs(frappe._embedded.listing.get_list, options)
	)


def _get_value(doctype: str, fieldname: Any, filters: Any = None, **options: Any) -> Any:
	fields = json.loads(fieldname) if fieldname[:1] == "[" else [fieldname]
	if frappe.get_meta(doctype).issingle:
		frappe.has_permission(doctype, throw=True)
		return {each: frappe.db.get_single_value(doctype, each) for each in fields}
	wanted = frappe.parse_json(filters) if str(filters)[:1] in "[{" else {"name": filters}
	found = frappe.get_list(doctype, filters=wanted, fields=fields, limit=1)
	return found[0] if found else {}


def _insert(doc: Any, **options: Any) -> Any:
	_only_post()
	return frappe.get_doc(frappe.parse_json(doc)).insert().as_dict()


def _set_value(doctype: str, name: str, fieldname: Any, value: Any = None, **options: Any) -> Any:
	_only_post()
	changes = frappe.parse_json(fieldname) if not value and str(fieldname)[:1] == "{" else {fieldname: value}
	return frappe.set_value(doctype, name, changes)


def _save(doc: Any, **options: Any) -> Any:
	_only_post()
	return frappe.get_doc(frappe.parse_json(doc)).save().as_dict()


# What a portal user may upload [frappe/handler.py].
_PORTAL_TYPES = (
	"image/png",
	"image/jpeg",
	"image/gif",
	"application/pdf",
	"application/msword",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.ms-excel",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.oasis.opendocument.text",
	"application/vnd.oasis.opendocument.spreadsheet",
	"text/plain",
	"video/quicktime",
	"video/mp4",
	"text/csv",
)


def upload_file(**given: Any) -> Any:
	"""Store an uploaded file, attached to a document that the user may change. Guests are refused."""
	if frappe.session.user == "Guest":
		raise frappe.PermissionError
	values = frappe.form_dict
	for other in ("method", "library_file_name", "optimize"):
		if values.get(other):
			raise MissingInEmbedded(f"upload_file with {other}")
	_check_write(values.doctype, values.docname)
	sent = frappe.request.files.get("file")
	content, name = (sent.stream.read(), sent.filename) if sent else (None, values.file_name)
	if content is not None and not _has_desk_access() and guess_type(name) not in _PORTAL_TYPES:
		frappe.throw("You can only upload JPG, PNG, GIF, PDF, TXT, CSV or Microsoft documents.")
	row = {
		"doctype": "File",
		"attached_to_doctype": values.doctype,
		"attached_to_name": values.docname,
		"attached_to_field": values.fieldname,
		"folder": values.folder or "Home",
		"file_name": name,
		"file_url": values.file_url,
		"is_private": frappe.utils.cint(values.is_private),
		"content": content,
	}
	return frappe.get_doc(row).insert().as_dict()


def _check_write(doctype: str | None, name: str | None) -> None:
	if not doctype:
		return
	if not name or not frappe.db.exists(doctype, name):
		frappe.has_permission(doctype, "write", throw=True)
	else:
		frappe.get_doc(doctype, name).check_permission("write")


def _has_desk_access() -> bool:
	if frappe.session.user == "Administrator":
		return True
	own = [row.role for row in frappe.get_doc("User", frappe.session.user).roles]
	return bool(frappe.get_all("Role", {"name": ["in", own], "desk_access": 1}, limit=1))


def _only_post() -> None:
	if frappe.request.method not in ("POST", "PUT") or frappe.session.user == "Guest":
		frappe.throw("Not permitted", frappe.PermissionError)


_BUILT_IN: dict[str, Callable[..., Any]] = {
	"ping": _ping,
	"frappe.ping": _ping,
	"login": login,
	"upload_file": upload_file,
	"logout": logout,
	"run_doc_method": run_doc_method,
	"frappe.handler.run_doc_method": run_doc_method,
	"frappe.auth.get_logged_user": _logged_user,
	"frappe.client.get": _get,
	"frappe.client.get_list": _get_list,
	"frappe.client.get_value": _get_value,
	"frappe.client.insert": _insert,
	"frappe.client.save": _save,
	"frappe.client.set_value": _set_value,
}


def _file(url: str) -> Response:
	file = find_file_by_url(url)
	if not file:
		raise frappe.PermissionError
	path = Path(file.get_full_path())
	if not path.is_file():
		raise NotFound
	response = Response(path.read_bytes(), content_type=guess_type(path.name))
	if path.suffix.lower() in (".html", ".htm", ".svg", ".xml"):
		response.headers["Content-Disposition"] = "attachment"
	return response


def _json_response(status: int) -> Response:
	answer = dict(frappe.local.response)
	if not answer.get("docs"):
		answer.pop("docs", None)
	if frappe.local.message_log:
		answer["_server_messages"] = json.dumps([json.dumps(each) for each in frappe.local.message_log])
	text = json.dumps(answer, default=frappe.json_handler, separators=(",", ":"))
	response = Response(text, status=status, content_type="application/json")
	sid = getattr(frappe.local, "sid", None)
	if sid is not None:
		response.set_cookie("sid", sid, httponly=True, samesite="Lax")
	return response


def _report(error: Exception) -> Response:
	status = getattr(error, "http_status_code", 500)
	lines = frappe.get_traceback().splitlines()
	answer = {"exception": lines[-1], "exc_type": type(error).__name__, "exc": json.dumps(["\n".join(lines)])}
	frappe.local.response.update(answer)
	if frappe.flags.error_message:
		frappe.local.response["_error_message"] = frappe.flags.error_message
	if status >= 500 and not isinstance(error, frappe.SecurityException):
		frappe.log_error(title=str(error))
		frappe.db.commit()
		form = json.dumps(frappe.form_dict, default=str)
		frappe.logger("web").error("%s\nForm Dict: %s", "\n".join(lines), form)
	return _json_response(status)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
	"""The site that this process opened last, for WSGI servers."""
	return Application(opened_site())(environ, start_response)
