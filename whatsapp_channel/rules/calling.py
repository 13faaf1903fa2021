"""Which statuses call for an administrator, and when two of them have the same cause (Z40)."""

from __future__ import annotations

from .channel_status import ChannelStatus, Facts, Status

CALLING = frozenset(
	{
		ChannelStatus.NEEDS_ATTENTION,
		ChannelStatus.RESTRICTED,
		ChannelStatus.VERIFICATION_REJECTED,
		ChannelStatus.TRIAL_ENDED,
	}
)
_OF_ONE_NUMBER = (ChannelStatus.NEEDS_ATTENTION, ChannelStatus.RESTRICTED)


def cause(status: Status, facts: Facts, number: str) -> str | None:
	"""A key for what administrators have to be told of; None when there is nothing.

	Equal for all channels of an account, unless it is the trouble of one number.
	"""
	if status.value not in CALLING:
		return None
	about = status.about.value if status.about else ""
	of_number = number if facts.of_number and status.value in _OF_ONE_NUMBER else ""
	return ":".join(filter(None, (status.value.value, about, of_number)))
