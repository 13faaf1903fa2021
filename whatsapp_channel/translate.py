"""Sentences in the reader's language: the edge where what the rules say becomes text.

`to_user` for the person whose request it is, `to_all` for what is stored and read by everybody. Both take a marked text as
well, which is a Sentence without arguments.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel import clock
from whatsapp_channel.sentences import Sentence


def to_user(said: Sentence | str) -> str:
	"""In the language of the present user; in a job, of the site."""
	return _say(said, _)


def to_all(said: Sentence | str) -> str:
	"""In the language of the site, whoever caused it to be written."""
	language = frappe.db.get_single_value("System Settings", "language") or "en"
	return _say(said, lambda text: _(text, lang=language))


def _say(said: Sentence | str, translate: Callable[[str], str]) -> str:
	return said.say(translate, _shown) if isinstance(said, Sentence) else translate(said)


def _shown(moment: datetime) -> str:
	return frappe.utils.format_datetime(clock.to_site(moment))
