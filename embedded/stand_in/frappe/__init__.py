"""A stand-in for the part of Frappe 15 that this app uses. Whatever it lacks raises `MissingInEmbedded`."""

# ruff: noqa: F401 (what is imported here is Frappe's interface)
import datetime as _datetime
import json as _json
import random as _random
import string as _string
from typing import Any

from frappe._embedded.hooks import (
	allowed_http_methods_for_whitelisted_func,
	call,
	get_app_path,
	get_attr,
	get_hooks,
	get_installed_apps,
	get_module,
	guest_methods,
	is_whitelisted,
	whitelist,
	whitelisted,
)
from frappe._embedded.local import (
	_dict,
	conf,
	connect,
	db,
	destroy,
	flags,
	form_dict,
	init,
	lang,
	local,
	message_log,
	request,
	response,
	session,
	set_user,
	setup_module_map,
)
from frappe._embedded.messages import (
	_,
	clear_last_message,
	clear_messages,
	get_traceback,
	log_error,
	logger,
	msgprint,
	publish_progress,
	publish_realtime,
	throw,
)
from frappe._embedded.missing import MissingInEmbedded, missing_in
from frappe._embedded.shared import Cache as _Cache
from frappe.exceptions import *  # noqa: F403 (Frappe has them all here as well)

# The release whose behaviour the stand-in copies.
__version__ = "15.105.0"
STANDARD_USERS = ("Guest", "Administrator")
cache = _Cache()
_lt = _
__getattr__ = missing_in(__name__)


def scrub(txt: str) -> str:
	"""A name in the form used in code: lower case with underscores."""
	return txt.replace(" ", "_").replace("-", "_").lower()


def bold(text: Any) -> str:
	"""Text in bold HTML."""
	return f"<strong>{text}</strong>"


def generate_hash(txt: str | None = None, length: int = 56) -> str:
	"""Random hexadecimal characters."""
	return "".join(_random.SystemRandom().choices(_string.hexdigits[:16], k=length))


def as_json(obj: Any, indent: int | None = 1, separators: Any = None, ensure_ascii: bool = True) -> str:
	"""JSON with sorted keys; times become text, documents dicts."""
	return _json.dumps(
		obj,
		indent=indent,
		sort_keys=True,
		default=json_handler,
		separators=separators or (",", ": "),
		ensure_ascii=ensure_ascii,
	)


def json_handler(value: Any) -> Any:
	"""Converts values that JSON has no type for."""
	if hasattr(value, "as_dict"):
		return value.as_dict()
	if isinstance(value, _datetime.datetime):
		return value.isoformat(sep=" ", timespec="microseconds")
	return str(value)


def parse_json(val: Any) -> Any:
	"""The value of a JSON text; dicts become `_dict`."""
	if isinstance(val, str):
		val = _json.loads(val)
	return _dict(val) if isinstance(val, dict) else val


def get_request_header(key: str, default: Any = None) -> Any:
	"""A header of the current request."""
	return request.headers.get(key, default) if request else default


def get_roles(username: str | None = None) -> list[str]:
	"""The roles of a user, with Guest and All."""
	from frappe.permissions import get_roles as roles

	return roles(username)


def has_permission(
	doctype: Any = None,
	ptype: str = "read",
	doc: Any = None,
	user: str | None = None,
	throw: bool = False,
	*,
	parent_doctype: str | None = None,
	**options: Any,
) -> bool:
	"""Whether the user has a permission; with `throw` raises PermissionError if not."""
	from frappe.permissions import has_permission as check

	allowed = check(doctype, ptype, doc=doc, user=user, parent_doctype=parent_doctype)
	if throw and not allowed:
		msgprint(
			f"No permission for {doctype} {getattr(doc, 'name', doc) or ''}".strip(),
			raise_exception=PermissionError,
		)
	return allowed


def only_for(roles: Any, message: bool = False) -> None:
	"""Raise PermissionError unless the user has one of the roles."""
	wanted = {roles} if isinstance(roles, str) else set(roles)
	if session.user != "Administrator" and not wanted & set(get_roles()):
		throw(
			f"This action is only allowed for {bold(', '.join(sorted(wanted)))}",
			PermissionError,
			title="Not Permitted",
		)


def get_meta(doctype: str, cached: bool = True) -> Any:
	"""The DocType with its custom fields."""
	from frappe.model.meta import get_meta as load

	return load(doctype, cached)


def enqueue(*args: Any, **kwargs: Any) -> Any:
	"""Queue a function as a background job."""
	from frappe.utils.background_jobs import enqueue as put

	return put(*args, **kwargs)


def sendmail(**kwargs: Any) -> Any:
	"""Queue a mail; raises OutgoingEmailError without an outgoing Email Account."""
	from frappe.email.queue import send

	return send(**kwargs)


from frappe import permissions, utils  # noqa: E402 (they need what is above)
from frappe._embedded.documents import (  # noqa: E402
	clear_cache,
	clear_document_cache,
	copy_doc,
	delete_doc,
	delete_doc_if_exists,
	get_all,
	get_cached_doc,
	get_cached_value,
	get_doc,
	get_last_doc,
	get_list,
	get_single,
	get_site_config,
	get_site_path,
	get_value,
	new_doc,
	rename_doc,
	set_value,
)
