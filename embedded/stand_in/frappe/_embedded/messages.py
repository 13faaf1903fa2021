"""Messages to the user, logs, translations."""

import inspect
import json
import logging
import sys
import traceback
from typing import Any

import frappe
from frappe._embedded.local import _dict, flags, local


def _(msg: str, lang: str | None = None, context: str | None = None) -> str:
	"""The text unchanged: the embedded host has no translations."""
	return msg


def msgprint(
	msg: str,
	title: str | None = None,
	raise_exception: Any = False,
	as_table: bool = False,
	as_list: bool = False,
	indicator: str | None = None,
	alert: bool = False,
	**options: Any,
) -> None:
	"""Add a message for the user to the response; raises if `raise_exception` is given."""
	message = _dict(message=msg, title=title or "Message")
	if indicator or raise_exception:
		message.indicator = indicator or "red"
	message.update({key: 1 for key, value in (("alert", alert), ("as_list", as_list)) if value})
	if raise_exception:
		message.raise_exception = 1
	if not flags.mute_messages:
		local.message_log.append(message)
	if inspect.isclass(raise_exception):
		raise raise_exception(msg)
	if isinstance(raise_exception, Exception):
		raise_exception.args = (msg,)
		raise raise_exception
	if raise_exception:
		raise frappe.ValidationError(msg)


def throw(msg: str, exc: Any = None, title: str | None = None, **options: Any) -> Any:
	"""Add an error message for the user and raise."""
	msgprint(msg, title=title, raise_exception=exc or frappe.ValidationError, indicator="red", **options)


def clear_messages() -> None:
	"""Remove all messages to the user."""
	local.message_log = []


def clear_last_message() -> None:
	"""Remove the last message to the user."""
	local.message_log = local.message_log[:-1]


def get_traceback(with_context: bool = False) -> str:
	"""The traceback of the exception being handled, on request with the local variables of each frame."""
	error = sys.exc_info()[1]
	if not error:
		return ""
	return "".join(traceback.TracebackException.from_exception(error, capture_locals=with_context).format())


def log_error(
	title: str | None = None,
	message: str | None = None,
	reference_doctype: str | None = None,
	reference_name: str | None = None,
	*,
	defer_insert: bool = False,
) -> Any:
	"""Insert an Error Log row, as part of the transaction."""
	if message and title and "\n" in title:
		title, message = message, title
	text = message or get_traceback(with_context=True) or title
	values = {"method": str(title or "Error")[:140], "error": text, "reference_name": reference_name}
	values |= {"reference_doctype": reference_doctype, "metadata": _metadata()}
	log = frappe.get_doc({"doctype": "Error Log"} | values)
	return log.insert(ignore_permissions=True)


def _metadata() -> str:
	"""What version 16 adds: the arguments of the job, or the form of the request."""
	job = getattr(local, "job", None)
	return frappe.as_json({"kwargs": job.kwargs} if job else {"form_dict": local.form_dict})


def logger(module: str | None = None, with_more_info: bool = False, **options: Any) -> logging.Logger:
	"""A logger that writes to logs/ of the site."""
	named = logging.getLogger(f"{local.site_path}.{module or 'frappe'}")
	if not named.handlers:
		handler = logging.FileHandler(f"{local.site_path}/logs/{module or 'frappe'}.log", delay=True)
		handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
		named.addHandler(handler)
		named.propagate = False
		named.setLevel(logging.WARNING)
	return named


def publish_realtime(
	event: str | None = None,
	message: Any = None,
	room: str | None = None,
	user: str | None = None,
	doctype: str | None = None,
	docname: str | None = None,
	task_id: str | None = None,
	after_commit: bool = False,
) -> None:
	"""Send an event to all viewers of a document, to a user, or to everybody; stored for pages that poll."""
	if not room and user:
		room = f"user:{user}"
	elif not room:
		room = f"doc:{doctype}/{docname}" if doctype and docname else "all"
	item = [event or "global", json.dumps(message or {}, default=str), room]
	if not after_commit:
		_publish(item)
		return
	waiting = _waiting_events()
	if item not in waiting:
		waiting.append(item)


def publish_progress(
	percent: float,
	title: str | None = None,
	doctype: str | None = None,
	docname: str | None = None,
	description: str | None = None,
	task_id: str | None = None,
) -> None:
	"""Send a job's progress to the viewers of a document, or to the user who started it."""
	message = {"percent": percent, "title": title, "description": description}
	user = None if doctype and docname else frappe.session.user
	publish_realtime("progress", message, user=user, doctype=doctype, docname=docname, task_id=task_id)


def _waiting_events() -> list[list[str]]:
	if not getattr(local, "realtime_log", None):
		local.realtime_log = []
		frappe.db.after_commit.add(_publish_waiting)
		frappe.db.after_rollback.add(_forget_waiting)
	return local.realtime_log


def _publish_waiting() -> None:
	waiting, local.realtime_log = local.realtime_log or [], None
	for item in waiting:
		_publish(item)


def _forget_waiting() -> None:
	local.realtime_log = None


def _publish(item: list[str]) -> None:
	from frappe._embedded.shared import publish

	publish(*item)
