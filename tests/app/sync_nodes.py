"""Answers of Meta about an account and a number."""

from typing import Any

from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber


def node(**more: Any) -> BusinessAccount:
	"""An account whose business is not verified."""
	values = {
		"business_verification_status": "not_verified",
		"primary_funding_id": "1",
		"asked_fields": ["primary_funding_id"],
		**more,
	}
	return BusinessAccount.model_validate({"id": "1", **values})


def phone(**more: Any) -> PhoneNumber:
	"""A verified number."""
	return PhoneNumber.model_validate({"id": "1", "code_verification_status": "VERIFIED", **more})
