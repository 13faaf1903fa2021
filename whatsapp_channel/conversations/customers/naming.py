"""A Contact that this app named by a number takes the customer's name when it becomes known."""

from whatsapp_channel.conversations.conversation_rows import CustomerRow
from whatsapp_channel.conversations.customers.identities import Kind, former, has_name
from whatsapp_channel.helpdesk import contacts
from whatsapp_channel.helpdesk.permissions import display_name
from whatsapp_channel.rules.customers.masking import mask
from whatsapp_channel.rules.customers.phone import of_wa_id


def name_contact(row: CustomerRow) -> None:
	"""Names the Contact of a customer if it is called by an id of theirs. One that a person named is never touched."""
	present = contacts.called(row.contact, row.creation) if row.contact and has_name(row) else None
	# Nearly every Contact has a name: their former ids are asked for only where it is none.
	if present and contacts.is_number_or_id(present) and present in _stand_ins(row):
		contacts.give_name(row.contact, display_name(row))


def _stand_ins(row: CustomerRow) -> set[str]:
	"""What this app calls a Contact whose name it does not know: by ids of now and of before, whole or masked."""
	numbers, users = {row.wa_id}, {row.bsuid}
	for each in former({"parent": row.name}):
		(numbers if each.kind == Kind.PHONE else users).add(each.identity)
	told = {f"+{number}" for number in numbers if number} | {of_wa_id(number) for number in numbers if number}
	ids = told | {user for user in users if user}
	return ids | {mask(each) for each in ids} | {contacts.neutral(number) for number in numbers}
