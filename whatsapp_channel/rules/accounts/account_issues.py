"""What is wrong with an account or a number: each trouble by itself, so that one never hides that another begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Attention(str, Enum):
	"""What needs attention, so that the next step can name it."""

	TOKEN = "Token"  # noqa: S105 - the name of a subject, not a secret
	SUBSCRIPTION = "Subscription"
	QUALITY = "Quality"
	PAYMENT = "Payment"
	POLICY = "Policy"
	NUMBER = "Number"
	NAME = "Name"
	OTHER = "Other"


class Severity(IntEnum):
	"""What a trouble means for replies to customers, the gravest last."""

	LIMITS = 1
	"""Replies go out; something else does not."""
	LOOMS = 2
	"""Replies go out until a day that is known."""
	STOPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountIssue:
	"""One thing that an administrator has to see to. `words` are in the reader's language.

	`kind` tells apart what may be wrong at once under the same heading. `restricts`: Meta restricts what this app does.
	`of_number`: it is the trouble of one number, not of its account.
	"""

	about: Attention
	words: str
	severity: Severity = Severity.LIMITS
	kind: str = ""
	restricts: bool = False
	of_number: bool = False
