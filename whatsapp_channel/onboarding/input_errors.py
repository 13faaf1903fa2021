"""Errors of the set-up as the administrator reads them: what they entered is not valid, or Meta refused it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import frappe
from frappe import _

from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.onboarding.step_errors import in_words
from whatsapp_channel.rules.invalid_input import InvalidInput
from whatsapp_channel.rules.onboarding.number_errors import Cause, explain
from whatsapp_channel.translate import to_user


@contextmanager
def as_validation_error() -> Iterator[None]:
	"""Turns InvalidInput into frappe.ValidationError."""
	try:
		yield
	except InvalidInput as error:
		frappe.throw(frappe.utils.escape_html(to_user(error.sentence)), title=to_user(error.field))


def refused_by_meta(error: CloudAPIError, cause: Cause | None) -> NoReturn:
	"""Throws the text for the cause, or else that of the error table, in both cases with Meta's own text."""
	if cause is None:
		frappe.throw(in_words(error), title=_("Refused by Meta"))
	said = _("Meta says: {0}").format(frappe.utils.escape_html(error.meta_text))
	frappe.throw(f"{to_user(explain(cause))} {said}", title=_("Refused by Meta"))
	raise AssertionError("unreachable")
