"""Calls that a Meta app makes for itself: exchanging codes of Embedded Signup, inspecting tokens, its own webhook URL.

Source: Meta's Embedded Signup guide for Tech Providers; Graph API references debug_token and subscriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import httpx
from pydantic import SecretStr

from .answers import AppWebhook, BusinessToken, TokenInfo, app_webhook, token_info
from .client import DEFAULT_BASE_URL, DEFAULT_VERSION, checked_version, exchange, http_client
from .errors import CloudAPIError, OutcomeUnknown
from .exchange import Exchange
from .payload import text_of
from .secret_masking import Secret, hide
from .transport import Call

SUBJECT = "whatsapp_business_account"
_WITHOUT_TOKEN = "oauth/"  # noqa: S105 - a path


class AppAPI(Exchange):
	"""Calls with the token of the app itself, which is its id and its secret.

	Raises ValueError for an id or secret that cannot be part of a request. Neither appears in any error or log. Each method
	raises CloudAPIError, or its subclasses NotSent and OutcomeUnknown.
	"""

	def __init__(
		self,
		app_id: str,
		secret: Secret,
		*,
		base_url: str = DEFAULT_BASE_URL,
		version: str = DEFAULT_VERSION,
		transport: httpx.BaseTransport | None = None,
	) -> None:
		self._secret = hide(hide(secret).get_secret_value().strip())
		if not re.fullmatch(r"[0-9]{1,32}", app_id):
			raise ValueError("The id of a Meta app has digits only.")
		if not re.fullmatch(r"[\x21-\x7e]+", self._secret.get_secret_value()):
			raise ValueError("The app secret is empty or has spaces or special characters: copy it again.")
		self.app_id = app_id
		self._token = SecretStr(f"{app_id}|{self._secret.get_secret_value()}")
		self.base_url, self.version = base_url.rstrip("/"), checked_version(version)
		self._http = http_client(self.base_url, transport)

	def __repr__(self) -> str:
		return f"AppAPI({self.app_id!r}, {self.base_url!r}, version={self.version!r}, secret=***)"

	def exchange_code(self, code: Secret) -> BusinessToken:
		"""Exchanges the code of Embedded Signup, which is valid for 30 seconds and only once, for a token.

		Raises CloudAPIError 100 with subcode 36007 or 36009 for one that is expired or used.
		"""
		params = {"client_id": self.app_id, "client_secret": self._secret, "code": hide(code)}
		answer = self._json(self._call("GET", f"{_WITHOUT_TOKEN}access_token", params=params))
		token = text_of(answer, "access_token")
		if token is None:
			raise OutcomeUnknown("Meta's answer has no token", http_status=200)
		return BusinessToken(access_token=SecretStr(token), expires_in=answer.get("expires_in"))

	def inspect(self, token: Secret) -> TokenInfo:
		"""What Meta says about a token of this app; it refuses for another app's token."""
		return token_info(self._json(self._call("GET", "debug_token", params={"input_token": hide(token)})))

	def webhook(self) -> AppWebhook | None:
		"""The callback URL of the app for WhatsApp."""
		return app_webhook(self._json(self._call("GET", f"{self.app_id}/subscriptions")), SUBJECT)

	def set_webhook(self, callback_url: str, verify_token: Secret, fields: Iterable[str]) -> None:
		"""Sets the app's callback URL for these webhook fields. Meta verifies the URL at once with the verify token."""
		body = {
			"object": SUBJECT,
			"callback_url": callback_url,
			"verify_token": hide(verify_token),
			"fields": ",".join(fields),
			"include_values": True,
		}
		self._post(f"{self.app_id}/subscriptions", body)

	def _exchange(self, call: Call) -> Mapping[str, Any] | CloudAPIError:
		signed = f"/{_WITHOUT_TOKEN}" not in call.url
		return exchange(self._http, replace(call, hidden=(self._secret,)), self._token, signed=signed)
