"""Issues of an account or number: each by itself, so that one never hides that another begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Attention(str, Enum):
	"""The subject that needs attention, for the next step."""

	TOKEN = "Token"  # noqa: S105 - the name of a subject, not a secret
	SUBSCRIPTION = "Subscription"
	QUALITY = "Quality"
	PAYMENT = "Payment"
	POLICY = "Policy"
	NUMBER = "Number"
	NAME = "Name"
	OTHER = "Other"


class Severity(IntEnum):
	"""The effect of an issue on replies to customers, most severe last."""

	LIMITS = 1
	"""Replies go out; something else does not."""
	LOOMS = 2
	"""Replies go out until a day that is known."""
	STOPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountIssue:
	"""One issue for an administrator. `words`: its text in the reader's language.

	`kind` distinguishes issues of one subject that exist at the same time. `restricts`: Meta restricts what this app does.
	`of_number`: it is an issue of one number, not of its account.
	"""

	about: Attention
	words: str
	severity: Severity = Severity.LIMITS
	kind: str = ""
	restricts: bool = False
	of_number: bool = False
