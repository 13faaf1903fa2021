"""Every status, error and other field of Meta's webhook reference, one payload file per condition."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from whatsapp_channel.cloud_api.webhook_parser import ContactCard, ItemKind

from .deliveries import ACCOUNT, NUMBER, SENDER
from .message_cases import QUOTED, USER
from .webhook_files import WEBHOOKS, items_of

FREE_SERVICE = (False, "PMP", "free_customer_service", "service")

# Name of the file: whatever differs from an ordinary status. A price: billable, model, type, category.
STATUSES: dict[str, dict[str, Any]] = {
	"sent_with_conversation": {"status": "sent", "conversation": "72b14d6b1bd2", "category": "marketing"},
	"sent_by_advertisement": {
		"status": "sent",
		"conversation": "72b14d6b1bd3",
		"category": "referral_conversion",
	},
	"sent_in_2023": {
		"status": "sent",
		"conversation": "8eb644d2350611f3746e7f0985bddfc1",
		"category": "business_initiated",
	},
	"delivered_with_reference": {
		"status": "delivered",
		"recipient_user_id": USER,
		"reference": "ticket-42",
		"category": "service",
		"contact": ContactCard("Sheena", SENDER, USER),
	},
	"delivered_to_user_id_only": {
		"status": "delivered",
		"recipient_wa_id": None,
		"recipient_user_id": USER,
		"contact": ContactCard("Sheena", None, USER),
	},
	"read": {"status": "read"},
	"played": {"status": "played"},
	"deleted_of_old": {"status": "deleted"},
	# Until 30 September 2026 answers within the window cost nothing.
	"sent_service_before_october_2026": {"status": "sent", "price": FREE_SERVICE},
	"delivered_utility_in_window_before_october_2026": {
		"status": "delivered",
		"price": (False, "PMP", "free_customer_service", "utility"),
	},
	# Since then the first thousand of a month are free.
	"delivered_service_within_free_thousand": {"status": "delivered", "price": FREE_SERVICE},
	"delivered_service_charged": {"status": "delivered", "price": (True, "PMP", "regular", "service")},
	"delivered_utility_in_window_charged": {
		"status": "delivered",
		"price": (True, "PMP", "regular", "utility"),
	},
	"delivered_by_advertisement": {
		"status": "delivered",
		"price": (False, "PMP", "free_entry_point", "referral_conversion"),
	},
	"delivered_authentication": {"status": "delivered", "price": (True, "PMP", "regular", "authentication")},
	"delivered_authentication_international": {
		"status": "delivered",
		"price": (True, "PMP", "regular", "authentication-international"),
	},
	"delivered_marketing_lite": {"status": "delivered", "price": (True, "PMP", "regular", "marketing_lite")},
	"sent_without_type_of_price": {
		"status": "sent",
		"conversation": "8eb644d2350611f3746e7f0985bddfc2",
		"price": (True, "CBP", None, "user_initiated"),
	},
	"delivered_in_group": {
		"status": "delivered",
		"recipient_wa_id": None,
		"price": (False, "PMP", "free_group_customer_service", "group_service"),
	},
	"read_in_group": {"status": "read", "recipient_wa_id": None},
	"failed_window_closed": {"status": "failed", "recipient_wa_id": "5511111111111", "error": 131047},
	"failed_media_type": {"status": "failed", "error": 131053},
	"failed_undeliverable": {"status": "failed", "error": 131026},
	"failed_payment": {"status": "failed", "error": 131042},
	"failed_held_back_by_meta": {"status": "failed", "error": 131049},
	"failed_experiment": {"status": "failed", "error": 130472},
	"failed_to_user_id_only": {
		"status": "failed",
		"recipient_wa_id": None,
		"recipient_user_id": USER,
		"error": 131062,
	},
	"failed_with_code_of_tomorrow": {"status": "failed", "error": 139999},
}


@pytest.mark.parametrize(("name", "expected"), STATUSES.items(), ids=STATUSES)
def test_status(name: str, expected: dict[str, Any]):
	(item,) = items_of(f"status_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.STATUS, "0/0/statuses/0", None)
	assert (item.account_id, item.phone_number_id) == (ACCOUNT, NUMBER)
	found = item.status
	assert found
	assert (found.id, found.status) == (QUOTED, expected["status"])
	assert found.timestamp == datetime.fromtimestamp(int(item.raw["timestamp"]), timezone.utc)
	assert found.recipient_wa_id == expected.get("recipient_wa_id", SENDER)
	assert found.recipient_user_id == expected.get("recipient_user_id")
	assert found.reference == expected.get("reference")
	assert (found.conversation or {}).get("id") == expected.get("conversation")
	price = found.pricing or {}
	assert price.get("category") == expected.get("category", expected.get("price", (None,))[-1])
	if "price" in expected:
		names = ("billable", "pricing_model", "type", "category")
		assert tuple(price.get(name) for name in names) == expected["price"]
	assert [error.code for error in found.errors] == ([expected["error"]] if "error" in expected else [])
	assert all(error.title and error.details for error in found.errors)
	assert item.contact == expected.get("contact")


ERRORS: dict[str, tuple[tuple[int, str, str | None], ...]] = {
	"rate_limit": (
		(
			130429,
			"Rate limit hit",
			"Message failed to send because there were too many messages sent from this phone number in a short "
			"period of time",
		),
	),
	"without_details": ((131000, "Something went wrong", None),),
	"several": ((130429, "Rate limit hit", None), (131005, "Access denied", None)),
}


@pytest.mark.parametrize(("name", "expected"), ERRORS.items(), ids=ERRORS)
def test_errors(name: str, expected: tuple[tuple[int, str, str | None], ...]):
	items = items_of(f"error_{name}")
	assert [item.position for item in items] == [f"0/0/errors/{place}" for place in range(len(expected))]
	assert {(item.kind, item.problem, item.phone_number_id) for item in items} == {
		(ItemKind.ERROR, None, NUMBER)
	}
	found = [item.error for item in items if item.error]
	assert tuple((error.code, error.title, error.details) for error in found) == expected


# Name of the file: field of the change, number if it names one.
OTHER: dict[str, tuple[str, str | None]] = {
	"account_update_partner_added": ("account_update", None),
	"account_update_partner_removed": ("account_update", None),
	"account_update_account_deleted": ("account_update", None),
	"account_update_account_offboarded": ("account_update", None),
	"account_update_account_reconnected": ("account_update", None),
	"account_update_account_violation": ("account_update", None),
	"account_update_account_restriction": ("account_update", None),
	"account_update_disabled": ("account_update", None),
	"account_update_pricing_tier": ("account_update", None),
	"account_review_update": ("account_review_update", None),
	"account_alerts": ("account_alerts", None),
	"business_capability_update": ("business_capability_update", None),
	"phone_number_quality_update": ("phone_number_quality_update", None),
	"phone_number_name_update": ("phone_number_name_update", None),
	"template_status_approved": ("message_template_status_update", None),
	"template_status_rejected": ("message_template_status_update", None),
	"template_status_paused": ("message_template_status_update", None),
	"template_quality": ("message_template_quality_update", None),
	"template_components": ("message_template_components_update", None),
	"template_category": ("template_category_update", None),
	"security_pin_changed": ("security", None),
	"app_state_sync": ("smb_app_state_sync", NUMBER),
	"field_of_tomorrow": ("whatsapp_account", None),
}


@pytest.mark.parametrize(("name", "expected"), OTHER.items(), ids=OTHER)
def test_other_field(name: str, expected: tuple[str, str | None]):
	(item,) = items_of(f"other_{name}")
	assert (item.kind, item.position, item.problem) == (ItemKind.OTHER, "0/0/value/0", None)
	assert (item.field, item.phone_number_id, item.account_id) == (*expected, ACCOUNT)
	assert (item.message, item.status) == (None, None)
	sent = json.loads((WEBHOOKS / f"other_{name}.json").read_text())
	assert item.raw == sent["entry"][0]["changes"][0]["value"]
