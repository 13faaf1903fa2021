"""Errors of the set-up's steps in texts for the administrator, without secrets or stack traces."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _

from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import save_now
from whatsapp_channel.logs import report
from whatsapp_channel.timeouts import OutOfTime
from whatsapp_channel.translate import to_user

SERVER_ERROR = 500


@contextmanager
def explained() -> Iterator[None]:
	"""Turns errors of Meta, and unexpected errors, into frappe.ValidationError.

	Unexpected errors must not reach Frappe's handler, whose Error Log contains the local variables of every frame: here these
	are tokens and codes. Nor is the error attached as the context of the new one, which a response may show.
	"""
	try:
		yield
		return
	except CloudAPIError as error:
		words = in_words(error)
	except OutOfTime:
		raise
	except Exception as error:
		if getattr(error, "http_status_code", SERVER_ERROR) < SERVER_ERROR:
			raise
		words = _kept(error)
	try:
		frappe.throw(words, title=_("Set-up"))
	except frappe.ValidationError as refusal:
		raise refusal from None


def in_words(error: CloudAPIError) -> str:
	"""What the administrator can do, and Meta's own text."""
	said = frappe.utils.escape_html(error.meta_text)
	return f"{to_user(error.sentence)} {_('Meta says: {0}').format(said)}"


def _kept(error: Exception) -> str:
	frappe.db.rollback()
	report(f"Set-up: {type(error).__name__}")
	save_now()  # the request ends with an error, which would roll the row back
	return _(
		"Something went wrong that nobody foresaw. The Error Log says where. What was done before this step is kept: "
		"try again, and report it if it stays."
	)
