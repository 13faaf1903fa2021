"""Errors for the administrator, without what customers wrote: no local variables, no numbers, no tokens.

Frappe's own `log_error` adds the local variables of every frame, which here are messages, names and numbers.
"""

import logging
import traceback
from typing import Any

import frappe

from whatsapp_channel.rules.masking import mask_text

TITLE_LENGTH = 140


def report(title: str) -> None:
	"""A row of Error Log about the exception that is being handled; it goes with the transaction."""
	frappe.log_error(title=mask_text(title)[:TITLE_LENGTH], message=trace())


def trace() -> str:
	"""Where the exception that is being handled came from, and its masked text."""
	return mask_text(traceback.format_exc())


def logger() -> "MaskedLogger":
	"""The app's log file of the site, logs/whatsapp_channel.log."""
	return MaskedLogger(frappe.logger("whatsapp_channel"), {})


class MaskedLogger(logging.LoggerAdapter):
	"""A logger whose lines, with `exc_info` too, are masked before any handler sees them."""

	def log(self, level: int, msg: object, *args: Any, exc_info: object = None, **kwargs: Any) -> None:
		"""As logging.Logger.log."""
		text = mask_text(str(msg) % args if args else str(msg))
		self.logger.log(level, "%s", f"{text}\n{trace()}" if exc_info else text, **kwargs)
