"""To which channel an item belongs."""

from dataclasses import dataclass

import frappe
from frappe import _

from whatsapp_channel.inbound.problems import ItemProblem


@dataclass(frozen=True, slots=True)
class Route:
	"""The channel of a number, as inbound needs it."""

	channel: str
	number: str
	account: str


def route(phone_number_id: str | None) -> Route:
	"""The channel that receives what arrives for a number.

	Raises ItemProblem: Unroutable for a number that is not ours, Held for one whose channel is missing or
	deactivated (design decision 12).
	"""
	account = phone_number_id and frappe.db.get_value("WhatsApp Number", phone_number_id, "account")
	if not account:
		raise ItemProblem(
			_(
				"Phone number ID {0} belongs to no WhatsApp Number of this site. Add the number, then reprocess."
			).format(phone_number_id or "?"),
			"Unroutable",
		)
	channel = frappe.db.get_value(
		"WhatsApp Channel", {"number": phone_number_id}, ["name", "enabled"], as_dict=True
	)
	if not channel:
		raise ItemProblem(
			_("This number has no WhatsApp Channel yet. It waits until one is created."), "Held"
		)
	if not channel.enabled:
		raise ItemProblem(
			_("Channel {0} is deactivated. It waits until activation.").format(channel.name), "Held"
		)
	return Route(channel.name, phone_number_id, account)
