"""What a business has at Meta: portfolios, WhatsApp Business Accounts and their numbers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from whatsapp_channel.sandbox.state import ids
from whatsapp_channel.sandbox.state.model import (
	JSON,
	Callback,
	Config,
	Number,
	SandboxError,
	digits_of,
	e164_digits,
)

OWNERSHIPS = ("owned", "shared")


@dataclass(slots=True)
class Account:
	"""A WhatsApp Business Account. `fields` overrides or adds fields of its Graph node; None hides a field."""

	id: str
	name: str
	business_id: str
	ownership: str = "owned"  # "owned" by the helpdesk's portfolio, or "shared" with it by a client
	fields: JSON = field(default_factory=dict)
	subscribed: bool = False
	override: Callback | None = None
	health: str = "AVAILABLE"  # its entry in health_status: AVAILABLE, LIMITED or BLOCKED


class Holdings:
	"""The part of the sandbox that keeps accounts and numbers. The first of each comes from the configuration."""

	config: Config
	condition: threading.Condition
	accounts: dict[str, Account]
	numbers: dict[str, Number]
	businesses: dict[str, str]  # portfolios: id -> name
	number_faults: dict[str, str]  # digits -> why the number cannot be used, see graph/number_registration.py

	def _forget_holdings(self) -> None:
		config = self.config
		self.accounts, self.numbers, self.number_faults = {}, {}, {}
		self.businesses = {config.business_id: config.name}
		self.add_account(config.waba_id, config.name, subscribed=True)
		self.add_number(config.phone_number_id, config.number, config.name)

	def add_business(self, name: str, business_id: str | None = None) -> str:
		"""A further business portfolio; returns its id."""
		with self.condition:
			made = business_id or ids.object_id()
			self.businesses[made] = name
			return made

	def add_account(
		self, waba_id: str, name: str, business_id: str | None = None, ownership: str = "owned",
		*, subscribed: bool = False, **fields: Any,
	) -> Account:  # fmt: skip
		"""A further account, by default of the first portfolio; `fields` are fields of its Graph node."""
		if ownership not in OWNERSHIPS:
			raise SandboxError(f"ownership: {ownership!r} is not one of {', '.join(OWNERSHIPS)}.")
		owner = business_id or self.config.business_id
		with self.condition:
			self.businesses.setdefault(owner, name)
			account = Account(waba_id, name, owner, ownership, fields, subscribed)
			self.accounts[waba_id] = account
			return account

	def account(self, waba_id: str | None = None) -> Account:
		"""An account by its id, the first one by default; SandboxError if there is none."""
		wanted = waba_id or self.config.waba_id
		if wanted not in self.accounts:
			raise SandboxError(f"waba_id: there is no account {wanted!r}. Known: {', '.join(self.accounts)}.")
		return self.accounts[wanted]

	def account_of(self, number: Number) -> Account:
		"""The account that a number belongs to."""
		return self.accounts[number.waba_id]

	def add_number(
		self, phone_number_id: str, number: str, name: str, *, waba_id: str | None = None, **fields: Any
	) -> Number:
		"""A further business number, of the first account by default; `fields` are fields of its Graph node."""
		with self.condition:
			owner = self.account(waba_id)
			added = Number(phone_number_id, e164_digits(number), name, fields, waba_id=owner.id)
			self.numbers[phone_number_id] = added
			return added

	def number(self, phone_number_id: str | None = None) -> Number:
		"""A business number by its id, the first one by default; SandboxError if there is none."""
		wanted = phone_number_id or next(iter(self.numbers))
		if wanted not in self.numbers:
			raise SandboxError(
				f"to: there is no phone number id {wanted!r}. Known: {', '.join(self.numbers)}."
			)
		return self.numbers[wanted]

	def find_number(self, which: str | None) -> Number:
		"""A business number by its id or by its digits, the first one by default; SandboxError if there is none."""
		if not which or which in self.numbers:
			return self.number(which)
		digits = digits_of(which)
		found = next((one for one in self.numbers.values() if one.digits == digits), None)
		return found or self.number(which)

	def numbers_of(self, account: Account) -> list[Number]:
		"""The numbers of one account."""
		return [number for number in self.numbers.values() if number.waba_id == account.id]

	# -- the first account, which most tests need --------------------------------------------------------------

	@property
	def account_fields(self) -> JSON:
		"""Fields of the first account's node."""
		return self.account().fields

	@property
	def subscribed(self) -> bool:
		"""Whether the app receives the first account's webhooks."""
		return self.account().subscribed

	@subscribed.setter
	def subscribed(self, value: bool) -> None:
		self.account().subscribed = value

	@property
	def override(self) -> Callback | None:
		"""The webhook address that overrides the app's for the first account."""
		return self.account().override

	@override.setter
	def override(self, value: Callback | None) -> None:
		self.account().override = value
