"""What Meta decides about a business: names, reviews, verification, restrictions, payment, quality.

Each method changes what the Graph API shows and posts the webhook. Source: Meta's webhook references account_update,
account_review_update, account_alerts, business_capability_update, phone_number_name_update,
phone_number_quality_update and security.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whatsapp_channel.sandbox.state.accounts import Account
from whatsapp_channel.sandbox.state.model import JSON, Number, SandboxError
from whatsapp_channel.sandbox.state.state import State

FUNDING = "600000000000001"
DECISIONS = ("APPROVED", "REJECTED", "PENDING", "DEFERRED")
NAME_STATUSES = {
	"APPROVED": "APPROVED",
	"REJECTED": "DECLINED",
	"PENDING": "PENDING_REVIEW",
	"DEFERRED": "PENDING_REVIEW",
}
RATINGS = ("GREEN", "YELLOW", "RED", "NA")
SECURITY_EVENTS = ("PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS")


class Meta:
	"""Meta's human and automatic decisions. Numbers are given by id or digits (default: the first), accounts by id."""

	def __init__(self, sandbox: State) -> None:
		self.sandbox = sandbox

	# -- numbers ---------------------------------------------------------------------------------------------

	def reviews_name(
		self, number: str | None = None, decision: str = "APPROVED", reason: str | None = None
	) -> None:
		"""Decides on the requested display name, or on the current one if no new name was requested."""
		_one_of("decision", decision, DECISIONS)
		found = self.sandbox.find_number(number)
		with self.sandbox.condition:
			asked = found.fields.get("new_display_name")
			found.fields["new_name_status" if asked else "name_status"] = NAME_STATUSES[decision]
			value = {
				**_display(found),
				"decision": decision,
				"requested_verified_name": asked or found.name,
				"rejection_reason": reason,
			}
		self._tell_number(found, "phone_number_name_update", value)

	def rates(
		self, number: str | None = None, rating: str | None = None, *,
		event: str | None = None, limit: str | None = None,
	) -> None:  # fmt: skip
		"""Changes the quality rating and the messaging limit. `event`: by default FLAGGED or UNFLAGGED according to the rating."""
		if rating is not None:
			_one_of("rating", rating, RATINGS)
		found = self.sandbox.find_number(number)
		with self.sandbox.condition:
			before = found.node()["messaging_limit_tier"]
			if rating is not None:
				found.fields["quality_rating"] = rating
			if limit is not None:
				fields = ("messaging_limit_tier", "whatsapp_business_manager_messaging_limit")
				found.fields.update(dict.fromkeys(fields, limit))
		told = event or {"RED": "FLAGGED", None: "UPGRADE"}.get(rating, "UNFLAGGED")
		value = {**_display(found), "event": told, "current_limit": limit or before}
		if limit is not None:
			value["old_limit"] = before
		self._tell_number(found, "phone_number_quality_update", value)

	def sets_status(self, number: str | None = None, status: str = "CONNECTED") -> None:
		"""Changes a number's status (FLAGGED, RESTRICTED, BANNED, DELETED …). Meta sends no webhook for it."""
		with self.sandbox.condition:
			self.sandbox.find_number(number).fields["status"] = status
			self.sandbox.touch()

	def notes_security(self, number: str | None = None, event: str = "PIN_CHANGED") -> None:
		"""Somebody changed or asked for the PIN in WhatsApp Manager."""
		_one_of("event", event, SECURITY_EVENTS)
		found = self.sandbox.find_number(number)
		self._tell_number(
			found, "security", {**_display(found), "event": event, "requester": "61555822107539"}
		)

	# -- accounts --------------------------------------------------------------------------------------------

	def reviews_account(self, decision: str = "APPROVED", waba_id: str | None = None) -> None:
		"""Decides on the account's review."""
		_one_of("decision", decision, DECISIONS)
		self._change(waba_id, account_review_status=decision)
		self._tell(waba_id, "account_review_update", {"decision": decision})

	def verifies_business(self, status: str = "verified", waba_id: str | None = None) -> None:
		"""Changes the business verification. There is no webhook for it; it is visible on the account."""
		self._change(waba_id, business_verification_status=status)

	def payment(self, present: bool, waba_id: str | None = None) -> None:
		"""Adds or removes the payment method. There is no webhook for it; it is visible on the account."""
		self._change(waba_id, primary_funding_id=FUNDING if present else None)

	def restricts(self, *types: str, expires: datetime | None = None, waba_id: str | None = None) -> None:
		"""Restricts the account, for example RESTRICTED_BIZ_INITIATED_MESSAGING. No types: nothing is restricted."""
		self.sandbox.account(waba_id).health = "LIMITED" if types else "AVAILABLE"
		until = {"expiration": int(expires.timestamp())} if expires else {}
		value = {
			"event": "ACCOUNT_RESTRICTION",
			"restriction_info": [{"restriction_type": one, **until} for one in types],
		}
		self._tell(waba_id, "account_update", value)

	def finds_violation(self, kind: str = "SPAM", waba_id: str | None = None) -> None:
		"""The account violated a policy. `lifts` ends the consequences."""
		self.sandbox.account(waba_id).health = "LIMITED"
		info = {"violation_type": kind}
		self._tell(waba_id, "account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": info})

	def bans(self, state: str = "DISABLE", date: str = "April 17, 2027", waba_id: str | None = None) -> None:
		"""SCHEDULE_FOR_DISABLE, DISABLE or REINSTATE."""
		_one_of("state", state, ("SCHEDULE_FOR_DISABLE", "DISABLE", "REINSTATE"))
		health = {"DISABLE": "BLOCKED", "REINSTATE": "AVAILABLE"}
		self.sandbox.account(waba_id).health = health.get(state, "LIMITED")
		if state != "SCHEDULE_FOR_DISABLE":
			self._change(waba_id, status="DISABLED" if state == "DISABLE" else "ACTIVE")
		info = {"waba_ban_state": state, "waba_ban_date": date}
		self._tell(waba_id, "account_update", {"event": "DISABLED_UPDATE", "ban_info": info})

	def lifts(self, waba_id: str | None = None) -> None:
		"""Removes every limit from the account. There is no webhook for it; it is visible in the account's health_status."""
		with self.sandbox.condition:
			self.sandbox.account(waba_id).health = "AVAILABLE"
			self.sandbox.touch()

	def updates(self, event: str, waba_id: str | None = None, **more: object) -> None:
		"""Any other account_update, for example ACCOUNT_DELETED or PARTNER_REMOVED."""
		self._tell(waba_id, "account_update", {"event": event, **more})

	def allows(self, waba_id: str | None = None, *, numbers: int | None = None, limit: object = None) -> None:
		"""business_capability_update: how many numbers, and how many conversations a day (a number or a TIER_…)."""
		given = {"max_daily_conversations_per_business": limit, "max_phone_numbers_per_business": numbers}
		value = {name: one for name, one in given.items() if one is not None}
		self._tell(waba_id, "business_capability_update", value)

	def warns(
		self,
		kind: str,
		text: str,
		*,
		severity: str = "WARNING",
		status: str = "ACTIVE",
		waba_id: str | None = None,
	) -> None:
		"""account_alerts: a warning about the account's portfolio."""
		info = {
			"alert_severity": severity,
			"alert_status": status,
			"alert_type": kind,
			"alert_description": text,
		}
		account = self.sandbox.account(waba_id)
		value = {"entity_type": "BUSINESS", "entity_id": account.business_id, "alert_info": info}
		self._tell(waba_id, "account_alerts", value)

	def _change(self, waba_id: str | None, **fields: object) -> Account:
		account = self.sandbox.account(waba_id)
		with self.sandbox.condition:
			account.fields.update(fields)
			self.sandbox.touch()
		return account

	def _tell(self, waba_id: str | None, field: str, value: JSON) -> None:
		self.sandbox.post(self.sandbox.event(field, value, self.sandbox.account(waba_id).id))

	def _tell_number(self, number: Number, field: str, value: JSON) -> None:
		self.sandbox.post(self.sandbox.event(field, value, number.waba_id))


def _display(number: Number) -> JSON:
	return {"display_phone_number": number.digits}


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
	if value not in known:
		raise SandboxError(f"{name}: {value!r} is not one of {', '.join(known)}.")
