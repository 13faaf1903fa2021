"""Sentences in the language of the site: what is stored is read by everybody."""

from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel.clock import to_site
from whatsapp_channel.rules.accounts.channel_status import Status
from whatsapp_channel.words import Sentence


def translate(text: str) -> str:
	"""A text in the language of the site, whoever caused it to be written."""
	return _(text, lang=frappe.db.get_single_value("System Settings", "language") or "en")


def say(sentence: Sentence) -> str:
	"""A sentence of the rules in the language of the site."""
	return sentence.say(translate, _show)


def reason(status: Status) -> str:
	"""Why a channel is in a status."""
	return translate(status.reason).format(**status.reason_args)


def next_step(status: Status) -> str:
	"""What somebody can do about it."""
	return translate(status.next_step).format(**status.reason_args)


def _show(moment: datetime) -> str:
	return frappe.utils.format_datetime(to_site(moment))
