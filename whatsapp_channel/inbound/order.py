"""Keeps one customer's messages in order when some of them have to wait.

A message waits for earlier ones of the same sender that are not filed yet, but not for failed or dropped ones. Statuses
never wait: they are ranked, not ordered. Imported history neither waits nor is waited for: it is older than new messages.

The row of a waiting item has one sender id: the customer's number if the message or the stored customer has it, else the
user id. A message is compared by all ids that it has or that are stored for its customer. Two ids that neither a message
nor a stored customer links count as two customers, and have no common order.
"""

from datetime import timedelta

import frappe

from whatsapp_channel.clock import site_now, utc_now
from whatsapp_channel.cloud_api.payload import optional_id
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind, problem_with_time
from whatsapp_channel.conversations import messages
from whatsapp_channel.database import set_value
from whatsapp_channel.doctypes import ITEM
from whatsapp_channel.inbound.item_errors import ItemError, ItemState
from whatsapp_channel.inbound.item_rows import ItemRow
from whatsapp_channel.inbound.lines import PERSONS, ids_of
from whatsapp_channel.inbound.routing import route
from whatsapp_channel.sentences import Sentence, _

WAITING = (ItemState.PENDING, ItemState.HELD, ItemState.UNROUTABLE)
# An item is woken by the one before it; this covers deleted rows only.
LOOK_AGAIN = timedelta(minutes=15)
LOOKED_AT = 20
# A message that fails on our side holds the sender's next ones back for so many tries, about four minutes. It is tried on
# for hours, but a customer who is not answered for hours is worse than one message out of order.
HOLDING_TRIES = 4


def sender_of(item: Item) -> str | None:
	"""The sender id of a kept item: that of the customer, whoever wrote the message."""
	if item.kind is ItemKind.HISTORY and item.peer:
		return item.peer
	if not item.message:
		return optional_id(item.raw, "from")
	return next(iter(ids_of(item)), None)


def check(item: Item, row: ItemRow | None = None) -> None:
	"""Raises ItemError if the item has to wait for an earlier one of its sender.

	`row`: the item's row with name and sequence, if it is kept already. Costs one indexed query.
	"""
	if item.kind not in PERSONS or not item.message or not item.phone_number_id:
		return
	if not _waits(item.phone_number_id, ids_of(item), row):
		return
	if messages.exists(item.phone_number_id, item.message.id):
		return
	# Checked after the query for waiting items: a channel that is activated in between releases them first.
	route(item.phone_number_id)
	text = _("Waits behind an earlier message of this sender.")
	raise ItemError(Sentence(text), ItemState.PENDING, retry_at=utc_now() + LOOK_AGAIN)


def _waits(number: str, senders: list[str], row: ItemRow | None) -> bool:
	if not senders:
		return False
	earlier = "and (sequence, name) < (%(sequence)s, %(name)s)" if row else ""
	found = frappe.db.sql(
		f"""select payload from `tab{ITEM}` where number = %(number)s and sender in %(senders)s
		and state in %(waiting)s and not (state = '{ItemState.PENDING}' and attempts >= {HOLDING_TRIES})
		and kind in %(kinds)s {earlier} order by sequence limit {LOOKED_AT}""",
		{
			"number": number,
			"senders": tuple(senders),
			"waiting": WAITING,
			"kinds": tuple(kind.value for kind in PERSONS),
			**({"sequence": row.sequence, "name": row.name} if row else {}),
		},
		pluck=True,
	)
	return not all(_is_ahead(payload) for payload in found)


def _is_ahead(payload: str) -> bool:
	"""Whether an item waits only because its time is in the future: newer messages do not wait for it."""
	try:
		found = Item.from_json(payload).message
	except ValueError:
		return False
	return bool(found and problem_with_time(found.timestamp, utc_now()))


def holds_back(state: str, attempts: int) -> bool:
	"""Whether later messages of the sender wait for an item in this state after so many failed tries."""
	return state in WAITING and not (state == ItemState.PENDING and attempts >= HOLDING_TRIES)


def wake_next(number: str | None, sender: str | None) -> None:
	"""Makes the next item of a sender due, after one has left the queue."""
	if not number or not sender:
		return
	kinds = ["in", [kind.value for kind in PERSONS]]
	filters = {"number": number, "sender": sender, "state": ItemState.PENDING, "kind": kinds}
	filters["attempts"] = ["<", HOLDING_TRIES]
	following = frappe.get_all(ITEM, filters, ["name", "next_attempt"], order_by="sequence, name", limit=1)
	if following and following[0].next_attempt and following[0].next_attempt > site_now():
		set_value(ITEM, following[0].name, "next_attempt", site_now(), update_modified=False)
