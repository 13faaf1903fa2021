"""Rows of accounts, numbers and channels, as their state is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from whatsapp_channel import doctypes
from whatsapp_channel.rows import Row


@dataclass(frozen=True, slots=True)
class AccountRow(Row):
	"""A WhatsApp Business Account; its name is its id at Meta.

	`access_token` is asterisks, and None if there is none. `restrictions` and `notified`: JSON. Words are Meta's, or
	those of Subscription and PaymentMethod; times are the site's.
	"""

	DOCTYPE: ClassVar[str] = doctypes.ACCOUNT
	name: str
	account_name: str | None
	access_token: str | None
	business_id: str | None
	linked_by: str | None
	business_verification: str | None
	account_review: str | None
	restriction: str | None
	restrictions: str | None
	restricted_since: datetime | None
	alert: str | None
	alert_severity: str | None
	alert_kind: str | None
	payment_method: str | None
	subscription: str | None
	callback_url: str | None
	subscription_checked_on: datetime | None
	attention_reason: str | None
	trial_started_on: datetime | None
	token_app_id: str | None
	token_expires_on: datetime | None
	silent_since: datetime | None
	notified: str | None


@dataclass(frozen=True, slots=True)
class NumberRow(Row):
	"""A number; its name is its id at Meta. `number` in E.164, `verification` a word of Verification; times are the site's."""

	DOCTYPE: ClassVar[str] = doctypes.NUMBER
	name: str
	number: str
	account: str
	verification: str | None
	meta_status: str | None
	quality_rating: str | None
	messaging_limit: str | None
	name_status: str | None
	name_rejection: str | None
	verified_name: str | None
	requested_name: str | None
	on_business_app: int
	registered_on: datetime | None
	code_requested_on: datetime | None
	code_method: str | None
	code_blocked_until: datetime | None
	code_failures: int


@dataclass(frozen=True, slots=True)
class ProfileRow(Row):
	"""A number's business profile as it was last sent to Meta. `websites`: one a line; `picture`: URL of a file of this site."""

	DOCTYPE: ClassVar[str] = doctypes.NUMBER
	verified_name: str | None
	category: str | None
	description: str | None
	about: str | None
	address: str | None
	email: str | None
	websites: str | None
	picture: str | None


@dataclass(frozen=True, slots=True)
class ChannelStatusRow(Row):
	"""A channel with its status, for people; its policy, which each message needs, is in `conversations`. `enabled`: 1 or 0."""

	DOCTYPE: ClassVar[str] = doctypes.CHANNEL
	name: str
	number: str
	enabled: int
	department: str | None
	icon: str | None
	status: str | None
	status_reason: str | None
	status_next_step: str | None
	status_action: str | None
	status_since: datetime | None
