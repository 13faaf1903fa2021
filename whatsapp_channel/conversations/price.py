"""The price of a message, as reported by Meta and stored on the message."""

from collections.abc import Mapping
from typing import Any

from whatsapp_channel.cloud_api.webhook_parser import StatusUpdate

FIELDS = ("price_category", "price_type", "price_model")
# The only paid type; all others begin with "free".
PAID = "regular"


def price_values(row: Mapping[str, Any], update: StatusUpdate) -> dict[str, Any]:
	"""The price columns that this report adds to a message. Meta may repeat them with a later status: the first one counts.

	Source: Meta's status webhook, `pricing` (on `sent` or on one of the later ones) and `conversation` (left out since
	v24, except while a free entry point is open).
	"""
	values: dict[str, Any] = {}
	if update.pricing and not any(row.get(field) for field in FIELDS):
		values |= _price(update.pricing)
	conversation = _text((update.conversation or {}).get("id"), 255)
	if conversation and not row.get("meta_conversation"):
		values["meta_conversation"] = conversation
	return values


def _price(pricing: Mapping[str, Any]) -> dict[str, Any]:
	kind, billable = _text(pricing.get("type")), pricing.get("billable")
	return {
		"price_category": _text(pricing.get("category")),
		"price_type": kind,
		"price_model": _text(pricing.get("pricing_model")),
		# Meta is going to remove `billable`; type and category say the same.
		"billable": int(billable if isinstance(billable, bool) else kind == PAID),
	}


def _text(value: object, most: int = 140) -> str | None:
	return value.strip()[:most] or None if isinstance(value, str) else None
