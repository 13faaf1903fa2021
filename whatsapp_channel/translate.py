"""Renders Sentences in the reader's language.

`to_user` is for the user of the request, `to_all` for texts that are stored and read by everybody. Both also take a marked
text, which is a Sentence without arguments.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel import clock
from whatsapp_channel.sentences import Sentence


def to_user(said: Sentence | str) -> str:
	"""The text in the language of the current user; in a job, in that of the site."""
	return _say(said, _)


def to_all(said: Sentence | str) -> str:
	"""The text in the language of the site."""
	language = frappe.db.get_single_value("System Settings", "language") or "en"
	return _say(said, lambda text: _(text, lang=language))


def _say(said: Sentence | str, translate: Callable[[str], str]) -> str:
	return said.say(translate, _shown) if isinstance(said, Sentence) else translate(said)


def _shown(moment: datetime) -> str:
	return frappe.utils.format_datetime(clock.to_site(moment))
