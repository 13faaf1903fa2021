"""Reading and changing accounts, numbers, profiles and subscriptions: everything but messages and media."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import SecretStr

from .answers import (
	BusinessAccount,
	BusinessProfile,
	PhoneNumber,
	SubscribedApp,
	TokenInfo,
	first_profile,
	subscribed_app,
	token_info,
)
from .errors import OutcomeUnknown
from .exchange import Exchange, id_of, segment
from .payload import optional_id, text_of
from .secret_masking import Secret, hide

ACCOUNT_FIELDS = (
	"id",
	"name",
	"timezone_id",
	"message_template_namespace",
	"account_review_status",
	"business_verification_status",
	"country",
	"ownership_type",
	"primary_business_location",
	"currency",
	"primary_funding_id",
	"whatsapp_business_manager_messaging_limit",
	"health_status",
	"status",
)
NUMBER_FIELDS = (
	"id",
	"display_phone_number",
	"verified_name",
	"status",
	"code_verification_status",
	"quality_rating",
	"name_status",
	"new_name_status",
	"account_mode",
	"platform_type",
	"is_official_business_account",
	"is_pin_enabled",
	"messaging_limit_tier",
	"whatsapp_business_manager_messaging_limit",
	"is_on_biz_app",
	"throughput",
)
# The session of an upload has its signature with it, as a query.
_UPLOAD = re.compile(r"upload:[\w=+:.-]+(\?sig=[\w=+:.%-]+)?")
PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")


class Management(Exchange):
	"""The Business Management API, as far as this product needs it."""

	@property
	@abstractmethod
	def token(self) -> SecretStr:
		"""The access token of these calls."""

	def inspect_self(self) -> TokenInfo:
		"""What Meta says about the token of this client: its app, expiry and accounts."""
		call = self._call("GET", "debug_token", params={"input_token": self.token})
		return token_info(self._json(call))

	# Accounts and numbers

	def account(self, waba_id: str, fields: Iterable[str] = ACCOUNT_FIELDS) -> BusinessAccount:
		"""A WhatsApp Business Account; fields that Meta does not know (any more) are left out."""
		return BusinessAccount.model_validate(self._node(segment(waba_id), fields))

	def numbers(self, waba_id: str, fields: Iterable[str] = NUMBER_FIELDS) -> list[PhoneNumber]:
		"""All numbers of an account, over all pages."""
		rows = self._pages(f"{segment(waba_id)}/phone_numbers", fields)
		return [PhoneNumber.model_validate(row) for row in rows if optional_id(row, "id")]

	def number(self, phone_number_id: str, fields: Iterable[str] = NUMBER_FIELDS) -> PhoneNumber:
		"""One number by its id."""
		return PhoneNumber.model_validate(self._node(segment(phone_number_id), fields))

	def owned_accounts(self, business_id: str) -> list[BusinessAccount]:
		"""The accounts that a business portfolio owns, by id and name."""
		return self._accounts(f"{segment(business_id)}/owned_whatsapp_business_accounts")

	def client_accounts(self, business_id: str) -> list[BusinessAccount]:
		"""The accounts that others share with a business portfolio, by id and name."""
		return self._accounts(f"{segment(business_id)}/client_whatsapp_business_accounts")

	def _accounts(self, path: str) -> list[BusinessAccount]:
		rows = self._pages(path, ("id", "name"))
		return [BusinessAccount.model_validate(row) for row in rows if optional_id(row, "id")]

	def add_number(self, waba_id: str, country_code: str, number: str, verified_name: str) -> str:
		"""Add a number (`country_code` without plus, `number` without it) and return its phone_number_id."""
		body = {"cc": country_code, "phone_number": number, "verified_name": verified_name}
		return id_of(self._post(f"{segment(waba_id)}/phone_numbers", body))

	def request_code(self, phone_number_id: str, *, voice: bool = False, language: str = "en_US") -> None:
		"""Request the six-digit code by text message or call (Z30)."""
		body = {"code_method": "VOICE" if voice else "SMS", "language": language}
		self._do(f"{segment(phone_number_id)}/request_code", body)

	def verify_code(self, phone_number_id: str, code: Secret) -> None:
		"""Verify the number with the received code (Z31)."""
		self._do(f"{segment(phone_number_id)}/verify_code", {"code": hide(code)})

	def register(self, phone_number_id: str, pin: Secret) -> None:
		"""Register a verified number for sending. `pin`: six digits, the existing ones if it has two-step verification.

		Meta allows ten registrations and deregistrations of a number in 72 hours.
		"""
		self._do(f"{segment(phone_number_id)}/register", {"messaging_product": "whatsapp", "pin": hide(pin)})

	def deregister(self, phone_number_id: str) -> None:
		"""Take a number out of the Cloud API; the number and its history stay."""
		self._do(f"{segment(phone_number_id)}/deregister", {})

	def change_name(self, phone_number_id: str, name: str) -> None:
		"""Request another display name (Z28), which Meta reviews; at most ten times in 30 days."""
		self._do(segment(phone_number_id), {"new_display_name": name})

	def change_pin(self, phone_number_id: str, pin: Secret) -> None:
		"""Set the six digits of the two-step verification; the old ones are not needed."""
		self._do(segment(phone_number_id), {"pin": hide(pin)})

	# Business profile

	def profile(self, phone_number_id: str, fields: Iterable[str] = PROFILE_FIELDS) -> BusinessProfile:
		"""What customers see of the business."""
		call = self._call("GET", f"{segment(phone_number_id)}/whatsapp_business_profile")
		return first_profile(self._with_fields(call, fields, {}))

	def update_profile(
		self,
		phone_number_id: str,
		*,
		about: str | None = None,
		address: str | None = None,
		description: str | None = None,
		email: str | None = None,
		websites: Sequence[str] | None = None,
		vertical: str | None = None,
		picture_handle: str | None = None,
	) -> None:
		"""Change what customers see (Z28); None leaves a part as it is. Meta checks lengths: about 139, address 256,
		description 512, email 128, two websites of 256 characters."""
		given = {
			"about": about,
			"address": address,
			"description": description,
			"email": email,
			"websites": list(websites) if websites is not None else None,
			"vertical": vertical,
			"profile_picture_handle": picture_handle,
		}
		changes = {name: value for name, value in given.items() if value is not None}
		path = f"{segment(phone_number_id)}/whatsapp_business_profile"
		self._do(path, {"messaging_product": "whatsapp", **changes})

	def upload_picture(self, app_id: str, content: bytes, mime_type: str) -> str:
		"""Upload a picture (JPEG or PNG) through the app of this token; return the handle for `update_profile`.

		Source: Meta's Resumable Upload API: a session first, then all bytes from offset 0.
		"""
		about = {"file_length": str(len(content)), "file_type": mime_type}
		session = id_of(self._json(self._call("POST", f"{segment(app_id)}/uploads", params=about)))
		if not _UPLOAD.fullmatch(session):
			raise OutcomeUnknown("Meta's answer names no upload", http_status=200)
		headers = {"file_offset": "0", "Content-Type": mime_type}
		answer = self._json(self._call("POST", session, raw=content, headers=headers, scheme="OAuth"))
		handle = text_of(answer, "h")
		if handle is None:
			raise OutcomeUnknown("Meta's answer names no picture", http_status=200)
		return handle

	# Webhooks of an account

	def subscribe_app(
		self, waba_id: str, *, callback_url: str | None = None, verify_token: Secret | None = None
	) -> None:
		"""Subscribe the app of this token to the account's webhooks, at `callback_url` instead of the app's own URL.

		Without `callback_url` an earlier override is removed.
		"""
		body: dict[str, Any] = {}
		if callback_url:
			body = {"override_callback_uri": callback_url, "verify_token": hide(verify_token or "")}
		self._do(f"{segment(waba_id)}/subscribed_apps", body)

	def subscribed_apps(self, waba_id: str) -> list[SubscribedApp]:
		"""The apps that receive the account's webhooks."""
		return [subscribed_app(row) for row in self._pages(f"{segment(waba_id)}/subscribed_apps", ())]

	def unsubscribe_app(self, waba_id: str) -> None:
		"""Unsubscribe the app of this token from the account's webhooks."""
		self._json(self._call("DELETE", f"{segment(waba_id)}/subscribed_apps"))
