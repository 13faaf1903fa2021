"""Customers, as the business and Meta know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from whatsapp_channel.sandbox.state.model import JSON

# Message types that do not open or extend the 24-hour window.
_NO_WINDOW = frozenset({"reaction", "system", "unsupported", "edit", "revoke"})
FREE_ENTRY = timedelta(days=7)  # Meta's pricing page of 28 September 2026


@dataclass(slots=True, eq=False)
class Person:
	"""A customer. `wa_id` is the number's digits; `user_id` the business-scoped id or None."""

	wa_id: str
	name: str
	user_id: str | None = None
	hides_number: bool = False  # a username instead of the number: webhooks carry only user_id
	online: bool = True
	typing_until: datetime | None = None  # until then the phone shows "typing"
	last_inbound: dict[str, datetime] = field(default_factory=dict)  # by phone number id
	free_entry: dict[str, datetime] = field(default_factory=dict)  # when the free window after an ad ends

	def window_open(self, phone_number_id: str, now: datetime) -> bool:
		"""Whether the business may write free-form: less than 24 h after the customer's last message."""
		last = self.last_inbound.get(phone_number_id)
		return last is not None and now - last < timedelta(hours=24)

	def contact(self) -> JSON:
		"""Element of `contacts` in a webhook."""
		shown: JSON = {"profile": {"name": self.name}}
		if not self.hides_number:
			shown["wa_id"] = self.wa_id
		if self.user_id:
			shown["user_id"] = self.user_id
		return shown

	def open_window(self, phone_number_id: str, moment: datetime, raw: JSON) -> None:
		"""Opens or extends the 24-hour window for a customer's message, and the free window if it came from an ad."""
		if raw.get("type") in _NO_WINDOW:
			return
		last = self.last_inbound.get(phone_number_id)
		self.last_inbound[phone_number_id] = max(last, moment) if last else moment
		if raw.get("referral"):
			self.free_entry[phone_number_id] = moment + FREE_ENTRY
