"""Names from the address book of the WhatsApp Business app (Meta: coexistence, webhook `smb_app_state_sync`).

A customer's own profile name takes precedence. The address book's name is for customers without one, for example after
a history import, which has no names. People in the book who never wrote to this number are ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from whatsapp_channel import rows
from whatsapp_channel.cloud_api.payload import line_of, list_of, object_of, optional_digits
from whatsapp_channel.cloud_api.webhook_parser import Item
from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import name_columns
from whatsapp_channel.conversations.customers.naming import name_contact
from whatsapp_channel.database import in_transaction, set_value
from whatsapp_channel.doctypes import CUSTOMER
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.routing import route
from whatsapp_channel.rows import Row
from whatsapp_channel.rules.customers.phone import variants
from whatsapp_channel.rules.messaging.coexistence import is_nameless
from whatsapp_channel.rules.text.message_text import clean_name
from whatsapp_channel.sentences import _, sentence

FIELD = "smb_app_state_sync"
# The address book arrives before the history with its customers, which takes minutes or some hours.
DROP_AFTER = timedelta(hours=4)
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Listed(Row):
	"""A customer who is in the book, by the key of their number."""

	DOCTYPE: ClassVar[str] = CUSTOMER
	name: str
	phone_key: str
	profile_name: str | None
	bsuid: str | None


def file(item: Item) -> None:
	"""Names customers who have no name yet. Raises ItemError while somebody in the list is not a customer, so that the item
	is retried, and finally kept for the record.

	A person who was removed from the book keeps the name here.
	"""
	way = route(item.phone_number_id)
	names = _names(item)
	unknown = 0
	for start in range(0, len(names), AT_ONCE):
		unknown += _apply(way.account, dict(list(names.items())[start : start + AT_ONCE]))
	if unknown:
		text = _(
			"Contacts of the WhatsApp Business app who have not written here: {0}. Nothing was made of them."
		)
		raise ItemError(sentence(text, unknown), ItemState.PENDING, drop_after=DROP_AFTER)


def _names(item: Item) -> dict[str, str]:
	"""The last name given to each number."""
	found: dict[str, str] = {}
	for entry in list_of(item.raw, "state_sync"):
		contact = object_of(entry, "contact")
		number = optional_digits(contact, "phone_number")
		if not number:
			continue
		name = line_of(contact, "full_name", "first_name", limit=140)
		if object_of({"entry": entry}, "entry").get("action") == "add" and name:
			found[number] = name
		else:
			found.pop(number, None)
	return found


def _apply(account: str, names: dict[str, str]) -> int:
	"""Names the customers; returns how many of these people are not customers."""
	spellings = {f"{account}:{spelling}": number for number in names for spelling in variants(number)}
	found = rows.many(_Listed, {"phone_key": ["in", list(spellings)]})
	nameless = [row for row in found if is_nameless(row.profile_name, row.bsuid)]
	if nameless:
		in_transaction(lambda: _give(nameless, {key: names[number] for key, number in spellings.items()}))
	return len(names) - len({spellings[row.phone_key] for row in found})


def _give(nameless: Sequence[_Listed], names: dict[str, str]) -> None:
	"""Sets each name in one conditional statement, so that a profile name that has just arrived is not overwritten."""
	for row in nameless:
		name = clean_name(names[row.phone_key], row.profile_name or "")
		unchanged = {"name": row.name, "profile_name": row.profile_name}
		set_value(CUSTOMER, unchanged, name_columns(name, row.bsuid))
		if present := rows.one(CustomerRow, row.name):
			name_contact(present)
