"""Error logs without personal data: no local variables, no arguments, no numbers, no tokens.

Frappe's own `log_error` adds the local variables of every frame, which here contain messages, names and numbers, and since
version 16 also the request's form or the job's arguments. So no unexpected error leaves an entry point of this app
unchanged: the decorators `request` and `job` replace it.
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
# The messages of these errors are only about code. Those of others may contain a customer's text.
OF_CODE = (AttributeError, ImportError, IndexError, NameError, TypeError)

Entry = TypeVar("Entry", bound=Callable[..., Any])


class Unforeseen(frappe.SecurityException):
	"""Raised from a request instead of an unexpected error, which has been logged already.

	Frappe's handler logs every server error with the request's form, except those of this base class.
	"""

	http_status_code = SERVER_ERROR


class JobFailed(Explained):
	"""Raised from a job instead of its error. The text says where the error occurred; RQ stores and Frappe logs it."""


def report(title: str) -> None:
	"""Adds an Error Log about the exception that is being handled, as part of the transaction.

	It does not use Frappe's `log_error`, which since version 16 adds the request's form or the job's arguments.
	"""
	values = {"method": mask_text(title)[:TITLE_LENGTH], "error": trace()}
	row = frappe.get_doc({"doctype": "Error Log", **values})
	if frappe.flags.read_only:
		row.deferred_insert()
	else:
		row.insert(ignore_permissions=True)


def trace() -> str:
	"""The stack of the exception that is being handled, with its message only if that is about code."""
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
	"""Decorator for whitelisted methods and document events.

	An unexpected error is logged and becomes `Unforeseen`; the whole request is rolled back. Within a job, a command or
	another entry point it does nothing: the outermost one decides.
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
		# Raised outside of the handler, so that the original error is not attached as its context.
		return frappe.throw(
			_(
				"Something went wrong that nobody foresaw. The Error Log says where. Try again, and report it if it stays."
			),
			Unforeseen,
		)

	return _marked(entry, "request")


def _is_foreseen(error: Exception) -> bool:
	"""Whether Frappe shows the error to the user and does not log it."""
	if isinstance(error, (HTTPException, Unforeseen)):
		return True
	return getattr(error, "http_status_code", SERVER_ERROR) < SERVER_ERROR


def _keep(title: str) -> None:
	try:
		frappe.db.rollback()
		report(title)
		save_now()  # the request ends with an error, which would roll the row back
	except OutOfTime:
		raise
	except Exception:  # the database connection itself may be lost
		logger().error(title, exc_info=True)


def job(work: Entry) -> Entry:
	"""Decorator for background jobs and scheduled events.

	An error becomes `JobFailed`, a time-out stays a time-out, both without frames and arguments, because Frappe logs those.
	Database conflicts are retried here, as Frappe would do. Outside of a worker and within another entry point it does
	nothing.
	"""

	@functools.wraps(work)
	def entry(*args: Any, **kwargs: Any) -> Any:
		if not getattr(frappe.local, "job", None) or _is_inside():
			return work(*args, **kwargs)
		result, failure = _tried(functools.partial(work, *args, **kwargs))
		if not failure:
			return result
		# Frappe logs the variables of the two remaining frames, this one and its own.
		args, kwargs = (), {}
		frappe.local.job.kwargs.clear()
		raise failure

	return _marked(entry, "job")


def _tried(work: Callable[[], Any], attempt: int = 1) -> tuple[Any, Exception | None]:
	"""The result, or the exception to raise instead of the original."""
	try:
		with _entered():
			return work(), None
	except Exception as error:
		again = isinstance(error, frappe.RetryBackgroundJobError) or is_conflict(error)
		failure = type(error)(trace()) if isinstance(error, OutOfTime) else JobFailed(verbatim(trace()))
	with tolerated():  # the database connection itself may be lost
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
	"""The app's log file in the site's folder, logs/whatsapp_channel.log."""
	return MaskedLogger(frappe.logger("whatsapp_channel"), {})


class MaskedLogger(logging.LoggerAdapter):
	"""A logger that masks lines, including `exc_info`, before any handler gets them."""

	def log(self, level: int, msg: object, *args: Any, exc_info: object = None, **kwargs: Any) -> None:
		"""As logging.Logger.log."""
		text = mask_text(str(msg) % args if args else str(msg))
		self.logger.log(level, "%s", f"{text}\n{trace()}" if exc_info else text, **kwargs)
