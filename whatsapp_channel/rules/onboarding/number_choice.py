"""Decides which of an account's numbers can become channels, by Meta's data (Z22, Z29)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.sentences import Sentence, _


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
	"""Meta's data about a number; None: not known. `status` and `platform` are Meta's values."""

	status: str | None = None
	on_business_app: bool | None = None
	platform: str | None = None


class Verification(ClosedSet):
	"""What is stored of a number's code: whether the business has shown that the number is its own."""

	NOT_VERIFIED = "Not Verified"
	VERIFIED = "Verified"
	EXPIRED = "Expired"


CLOUD_API = "CLOUD_API"
WORKING = frozenset({"CONNECTED", "FLAGGED", "RESTRICTED", "RATE_LIMITED", "BANNED"})
"""Statuses that only a verified and registered number gets, whatever Meta says of its code: an old one has expired, and
Meta's own test numbers never had one."""
GONE = frozenset({"DELETED", "MIGRATED"})
NOT_REGISTERED = frozenset({"PENDING", "DISCONNECTED", "UNVERIFIED"}) | GONE
"""Statuses of a number that cannot send until it is registered (again). The list of numbers in the desk, which has no
server to ask, repeats this set and the one above."""
VERIFICATIONS: Mapping[str, Verification] = MappingProxyType(
	{
		"VERIFIED": Verification.VERIFIED,
		"NOT_VERIFIED": Verification.NOT_VERIFIED,
		"UNVERIFIED": Verification.NOT_VERIFIED,
		"EXPIRED": Verification.EXPIRED,
	}
)
"""What is stored for Meta's code_verification_status."""

_OBSTACLES: Mapping[str, str] = MappingProxyType(
	{
		"BANNED": _(
			"Meta has banned the number. Ask for a review in WhatsApp Manager, or take another number."
		),
		"RESTRICTED": _(
			"Meta restricts the number. Read in WhatsApp Manager why, and choose it when the restriction is over."
		),
		"DELETED": _("The number is deleted at Meta. Add it again, or take another number."),
		"MIGRATED": _(
			"The number was moved to another WhatsApp Business Account. Link that account instead."
		),
	}
)
_APP_ONLY = Sentence(
	_(
		"The number is in use in the WhatsApp Business app. Connect it with the option for numbers of that app in Meta's window, "
		"or delete the account in the app under Settings > Account."
	)
)


def obstacle(state: State) -> Sentence | None:
	"""Why a number cannot become a channel, with the fix; None if no obstacle is known."""
	if state.on_business_app and state.platform != CLOUD_API:
		return _APP_ONLY
	text = _OBSTACLES.get((state.status or "").upper())
	return Sentence(text) if text else None


def shares_app(state: State) -> bool:
	"""Whether the number is shared with the WhatsApp Business app. Such a number is never registered or deregistered (Meta's
	page on coexistence)."""
	return bool(state.on_business_app)


def is_registered(state: State, registered_before: bool) -> bool:
	"""Whether the number can send. `registered_before`: it was registered here, which counts until Meta says otherwise."""
	status = (state.status or "").upper()
	if status in NOT_REGISTERED:
		return False
	return registered_before or status in WORKING or (shares_app(state) and bool(status))


def is_verified(state: State, verification: str | None) -> bool | None:
	"""Whether the number is verified; None: not known. `verification`: the stored state."""
	if (state.status or "").upper() in WORKING:
		return True
	return verification == Verification.VERIFIED if verification else None


def can_work(state: State, verification: str | None, registered_before: bool) -> bool:
	"""Whether the number can become a channel now. A number of the WhatsApp Business app is verified by the app; an unknown
	verification is no obstacle."""
	verified = shares_app(state) or is_verified(state, verification) is not False
	return verified and is_registered(state, registered_before)


def has_new_name(state: State, new_name_status: str | None) -> bool:
	"""Whether Meta has approved a name that becomes visible with the next registration (its page on display names: within
	14 days)."""
	return (new_name_status or "").upper() == "APPROVED" and not shares_app(state)
