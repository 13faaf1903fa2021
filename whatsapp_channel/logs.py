"""Errors for the administrator, without what customers wrote: no local variables, no arguments, no numbers, no tokens.

Frappe's own `log_error` adds the local variables of every frame, which here are messages, names and numbers, and since
version 16 the form of the request or the arguments of the job. So an error that nobody foresaw leaves no entry point of
this app as it is: `request` and `job` stand before each of them.
"""

import functools
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import frappe
from frappe import _
from werkzeug.exceptions import HTTPException

from whatsapp_channel.database import CONFLICT_TRIES, back_off, is_conflict, save_now
from whatsapp_channel.rules.customers.masking import mask_text
from whatsapp_channel.sentences import Explained, verbatim
from whatsapp_channel.timeouts import OutOfTime, tolerated

TITLE_LENGTH = 140
SERVER_ERROR = 500
# They speak of code alone. The text of any other may repeat what somebody wrote.
OF_CODE = (AttributeError, ImportError, IndexError, NameError, TypeError)

Entry = TypeVar("Entry", bound=Callable[..., Any])


class Unforeseen(frappe.SecurityException):
	"""What leaves a request in place of an error that nobody foresaw, which is reported already.

	Frappe's handler logs every error of the server with the form of its request, but for those of this base class.
	"""

	http_status_code = SERVER_ERROR


class JobFailed(Explained):
	"""What leaves a job in place of its error. The text says where that came from; RQ keeps it, and Frappe logs it."""


def report(title: str) -> None:
	"""A row of Error Log about the exception that is being handled; it goes with the transaction.

	Not by Frappe's `log_error`, which since version 16 adds the form of the request or the arguments of the job.
	"""
	values = {"method": mask_text(title)[:TITLE_LENGTH], "error": trace()}
	row = frappe.get_doc({"doctype": "Error Log", **values})
	if frappe.flags.read_only:
		row.deferred_insert()
	else:
		row.insert(ignore_permissions=True)


def trace() -> str:
	"""Where the exception that is being handled came from, and what it says if that speaks of code alone."""
	error = sys.exc_info()[1]
	return mask_text("\n".join(_told(error))) if error else ""


def _told(error: BaseException) -> Iterator[str]:
	earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
	if earlier:
		yield from _told(earlier)
	yield "Traceback (most recent call last):"
	yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
	kind = type(error)
	yield f"{kind.__module__}.{kind.__qualname__}: {_said(error)}".removesuffix(": ")


def _said(error: BaseException) -> str:
	if isinstance(error, OF_CODE):
		return str(error)
	if isinstance(error, OSError) and error.errno:
		return os.strerror(error.errno)
	number = getattr(error, "code", None) or (error.args[0] if error.args else None)
	return str(number) if isinstance(number, int) else ""


def request(work: Entry) -> Entry:
	"""Stands before what the web calls: whitelisted methods, and events of documents.

	What nobody foresaw is reported, and leaves as `Unforeseen`; the whole request is rolled back. Within a job or a
	command, and below another entry point, it does nothing: the outermost one decides.
	"""

	@functools.wraps(work)
	def entry(*args: Any, **kwargs: Any) -> Any:
		if not getattr(frappe.local, "request", None) or _is_inside():
			return work(*args, **kwargs)
		try:
			with _entered():
				return work(*args, **kwargs)
		except OutOfTime:
			raise
		except Exception as error:
			if _is_foreseen(error):
				raise
			_keep(f"WhatsApp: {work.__module__}.{work.__qualname__}")
		# Outside of the handler, so that the error does not go along as its context.
		return frappe.throw(
			_(
				"Something went wrong that nobody foresaw. The Error Log says where. Try again, and report it if it stays."
			),
			Unforeseen,
		)

	return _marked(entry, "request")


def _is_foreseen(error: Exception) -> bool:
	"""Frappe tells the user of these and logs none of them."""
	if isinstance(error, (HTTPException, Unforeseen)):
		return True
	return getattr(error, "http_status_code", SERVER_ERROR) < SERVER_ERROR


def _keep(title: str) -> None:
	try:
		frappe.db.rollback()
		report(title)
		save_now()  # the request ends with an error and would take the row along
	except OutOfTime:
		raise
	except Exception:  # the connection itself may be what was lost
		logger().error(title, exc_info=True)


def job(work: Entry) -> Entry:
	"""Stands before what workers call: background jobs and scheduled events.

	Its error leaves as `JobFailed`, a time-out as one of its own kind, without frames and with the arguments forgotten:
	Frappe logs both. Conflicts in the database are tried again here, as Frappe would. Outside of a worker, and below
	another entry point, it does nothing.
	"""

	@functools.wraps(work)
	def entry(*args: Any, **kwargs: Any) -> Any:
		if not getattr(frappe.local, "job", None) or _is_inside():
			return work(*args, **kwargs)
		result, failure = _tried(functools.partial(work, *args, **kwargs))
		if not failure:
			return result
		# What Frappe finds in the two frames that are left, this one and its own.
		args, kwargs = (), {}
		frappe.local.job.kwargs.clear()
		raise failure

	return _marked(entry, "job")


def _tried(work: Callable[[], Any], attempt: int = 1) -> tuple[Any, Exception | None]:
	"""What it returned, or what to raise in place of its error."""
	try:
		with _entered():
			return work(), None
	except Exception as error:
		again = isinstance(error, frappe.RetryBackgroundJobError) or is_conflict(error)
		failure = type(error)(trace()) if isinstance(error, OutOfTime) else JobFailed(verbatim(trace()))
	with tolerated():  # the connection itself may be what was lost
		frappe.db.rollback()
	if not again or attempt == CONFLICT_TRIES:
		return None, failure
	back_off(attempt)
	return _tried(work, attempt + 1)


def _is_inside() -> bool:
	return bool(frappe.local.flags.whatsapp_channel_entry)


@contextmanager
def _entered() -> Iterator[None]:
	frappe.local.flags.whatsapp_channel_entry = True
	try:
		yield
	finally:
		frappe.local.flags.whatsapp_channel_entry = False


def _marked(entry: Callable[..., Any], kind: str) -> Any:
	cast(Any, entry).entry_point = kind
	return entry


def logger() -> "MaskedLogger":
	"""The app's log file of the site, logs/whatsapp_channel.log."""
	return MaskedLogger(frappe.logger("whatsapp_channel"), {})


class MaskedLogger(logging.LoggerAdapter):
	"""A logger whose lines, with `exc_info` too, are masked before any handler sees them."""

	def log(self, level: int, msg: object, *args: Any, exc_info: object = None, **kwargs: Any) -> None:
		"""As logging.Logger.log."""
		text = mask_text(str(msg) % args if args else str(msg))
		self.logger.log(level, "%s", f"{text}\n{trace()}" if exc_info else text, **kwargs)
