"""Finds the channel of an item."""

from dataclasses import dataclass

import frappe

from whatsapp_channel.doctypes import CHANNEL, NUMBER
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.sentences import Sentence, _, sentence


@dataclass(frozen=True, slots=True)
class Route:
	"""The channel of a number, with what inbound needs of it."""

	channel: str
	number: str
	account: str


def route(phone_number_id: str | None) -> Route:
	"""The active channel of a number.

	Raises ItemError: Unroutable for a number that is not ours, Held for one whose channel is missing or deactivated (ADR
	0012). An unroutable item is never filed under another number.
	"""
	found = _find(phone_number_id) if phone_number_id else None
	if not found:
		raise ItemError(
			sentence(
				_(
					"Phone number ID {0} belongs to no WhatsApp Number of this site. Add the number and its channel."
				),
				phone_number_id or "?",
			),
			ItemState.UNROUTABLE,
		)
	account, channel, enabled = found
	if not channel:
		raise ItemError(
			Sentence(_("This number has no WhatsApp Channel yet. It waits until one is created.")),
			ItemState.HELD,
		)
	if not enabled:
		raise ItemError(
			sentence(_("Channel {0} is deactivated. It waits until activation."), channel),
			ItemState.HELD,
		)
	return Route(channel, phone_number_id, account)


def _find(phone_number_id: str) -> tuple[str, str | None, int | None] | None:
	"""The account of a number, its channel, and whether that is enabled; None for a number that is not ours."""
	found = frappe.db.sql(
		f"""select number.account, channel.name, channel.enabled from `tab{NUMBER}` number
		left join `tab{CHANNEL}` channel on channel.number = number.name where number.name = %s""",
		(phone_number_id,),
	)
	return found[0] if found else None
