"""Decides whether a message may be sent to a customer now: reads the facts and applies `rules.messaging.sending`.

Replies, *Send again*, the set-up's test message and the ticket page all use this module.
"""

from datetime import datetime
from html import escape

import frappe
from frappe import _

from whatsapp_channel import rows
from whatsapp_channel.accounts import status
from whatsapp_channel.conversations import conversation
from whatsapp_channel.conversations.conversation_rows import ChannelRow, CustomerRow
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.accounts.channel_status import Action
from whatsapp_channel.rules.messaging import sending
from whatsapp_channel.rules.messaging.sending import Facts, Kind, Obstacle, Verdict
from whatsapp_channel.translate import to_user

VERIFICATION_PAGE = "https://business.facebook.com/settings/security"


class WindowClosed(frappe.ValidationError):
	"""Free-form replies are only allowed for 24 hours after the customer's last message (Z15)."""


def verdict(customer: str, channel: str | None, now: datetime, kind: Kind = Kind.FREE_FORM) -> Verdict:
	"""Whether a message of this kind may be sent to a customer through a channel at `now` (aware UTC), and if not, why.

	It is computed at the moment of sending, because a trial may have ended since the status was stored.
	"""
	return sending.verdict(_facts(customer, channel, now, kind))


def require(customer: str, channel: str | None, now: datetime, kind: Kind = Kind.FREE_FORM) -> None:
	"""Raises WindowClosed outside the window, and frappe.ValidationError with what to do for any other obstacle."""
	found = verdict(customer, channel, now, kind)
	if found.may_go or not found.why:
		return
	text = escape(to_user(found.why), quote=False)
	if found.action is Action.VERIFY_BUSINESS:
		text = f'{text} <a href="{VERIFICATION_PAGE}" target="_blank" rel="noopener">{VERIFICATION_PAGE}</a>'
	error = WindowClosed if found.obstacle is Obstacle.WINDOW else frappe.ValidationError
	frappe.throw(text, error, title=_(found.title))


def _facts(customer: str, channel: str | None, now: datetime, kind: Kind) -> Facts:
	person = rows.one(CustomerRow, customer)
	through = rows.one(ChannelRow, channel) if channel else None
	return Facts(
		kind=kind,
		now=now,
		customer=display_name(person) if person else "?",
		window_ends=conversation.window_ends(customer, channel) if channel else None,
		channel=through.name if through else None,
		enabled=bool(through and through.enabled),
		account=status.sending_facts(through.number) if through else None,
		waits_because=status.waits_because(through.number) if through else None,
		declined_marketing=bool(person and person.marketing_stopped_on),
	)
