"""What could not be filed and that nobody has looked at: kept for long, then deleted, so that nothing grows without end.

What a deactivated channel holds is no such thing: it waits for its activation, however long that takes (Z41).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe

from whatsapp_channel import logs, settings
from whatsapp_channel.clock import site_now
from whatsapp_channel.doctypes import DELIVERY, ITEM, NUMBER
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.item_errors import ItemState
from whatsapp_channel.privacy.retention import delete_old

NOTICE = timedelta(days=30)
"""So long before they go the health page tells of them."""
# An item for a number that was entered since belongs to that number's channel, which may be deactivated.
_ITEMS = f"""log.creation < %s and (log.state = '{ItemState.FAILED}' or (log.state = '{ItemState.UNROUTABLE}'
	and not exists (select 1 from `tab{NUMBER}` number where number.name = log.number)))"""
# The body of one is what the items that are kept were read from.
_DELIVERIES = f"""log.creation < %s and log.state = '{DeliveryState.FAILED}' and not exists (select 1 from `tab{ITEM}` item
	where item.delivery = log.name and item.state not in ('{ItemState.PROCESSED}', '{ItemState.DROPPED}'))"""


@dataclass(frozen=True, slots=True)
class Leaving:
	"""How many rows go soon, and the time of the site at which the first of them does; None for none."""

	items: int
	deliveries: int
	first: datetime | None


@logs.job
def delete_old_ones() -> None:
	"""Daily: deletes failed items, those for numbers that are not here, and failed deliveries, as old as the settings say."""
	days = settings.unfiled_days()
	if days <= 0:
		return
	before = site_now() - timedelta(days=days)
	items = delete_old(ITEM, _ITEMS, (before,))
	deliveries = delete_old(DELIVERY, _DELIVERIES, (before,))
	if items or deliveries:
		text = "Deleted what was not filed within %s days: %s items, %s deliveries"
		logs.logger().warning(text, days, items, deliveries)


def leaving() -> Leaving:
	"""What is deleted within the time of notice."""
	kept = timedelta(days=settings.unfiled_days())
	if not kept:
		return Leaving(0, 0, None)
	before = site_now() - kept + min(NOTICE, kept / 2)
	items, first_item = _count(ITEM, _ITEMS, before)
	deliveries, first_delivery = _count(DELIVERY, _DELIVERIES, before)
	oldest = min(filter(None, (first_item, first_delivery)), default=None)
	return Leaving(items, deliveries, oldest and oldest + kept)


def _count(doctype: str, condition: str, before: datetime) -> tuple[int, datetime | None]:
	query = f"select count(*), min(log.creation) from `tab{doctype}` log where {condition}"
	count, oldest = frappe.db.sql(query, (before,))[0]
	return count, oldest and frappe.utils.get_datetime(oldest)
