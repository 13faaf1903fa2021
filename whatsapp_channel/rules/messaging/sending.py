"""Decides whether a message may be sent to a customer now, and if not, why and what to do.

`outbound.gate` reads the facts for it. The obstacles are in the order in which they have to be removed: an open window does
not help while the channel is deactivated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from whatsapp_channel.rules.accounts import channel_status
from whatsapp_channel.rules.accounts.channel_status import Action
from whatsapp_channel.rules.messaging import window
from whatsapp_channel.sentences import Sentence, _


class Kind(str, Enum):
	"""The kind of message, as far as it matters for the decision."""

	FREE_FORM = "Free Form"
	"""Whatever somebody wrote; only within the window (Z15)."""
	TEMPLATE = "Template"
	"""Approved by Meta, and so allowed outside of it too."""
	MARKETING_TEMPLATE = "Marketing Template"
	"""The same, for customers who did not stop marketing messages."""


class Obstacle(str, Enum):
	"""Why a message may not be sent."""

	NO_CHANNEL = "No Channel"
	DEACTIVATED = "Deactivated"
	META = "Meta"
	"""Meta stopped the account, or the trial is over (Z36)."""
	DECLINED = "Declined"
	WINDOW = "Window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
	"""The facts at `now` (aware UTC, like `window_ends`).

	`customer`: a display name. `channel`: None if it no longer exists. `account`: the facts about what Meta allows;
	`waits_because`: why messages wait, as a text.
	"""

	kind: Kind
	now: datetime
	customer: str
	window_ends: datetime | None
	channel: str | None
	enabled: bool = False
	account: channel_status.Facts | None = None
	waits_because: str | None = None
	declined_marketing: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
	"""The decision. `obstacle` is None if the message may be sent; else `why` says what to do, under `title`.

	`action`: the target of the next step, if any. `window_ends` and `waits_because` are repeated for display: a message that
	waits may be sent, and is sent once the cause is fixed.
	"""

	obstacle: Obstacle | None = None
	title: str = ""
	why: Sentence | None = None
	reason: Sentence | None = None
	"""The cause alone, for where the rest is shown beside it."""
	action: Action | None = None
	window_open: bool = False
	window_ends: datetime | None = None
	waits_because: str | None = None

	@property
	def may_go(self) -> bool:
		"""Whether there is no obstacle."""
		return self.obstacle is None


_NO_CHANNEL = Verdict(
	Obstacle.NO_CHANNEL,
	_("No channel"),
	Sentence(_("The WhatsApp Channel of this ticket no longer exists.")),
)
_DEACTIVATED = _(
	"Channel {channel} is deactivated and sends nothing. An administrator can activate it again."
)
_META = _("Channel {channel} cannot send: {reason} {next_step}")
_DECLINED = _(
	"{customer} wants no marketing messages. Write when they ask for something, or send what they need to know as a utility template."
)
_CLOSED = _(
	"WhatsApp allows free replies for 24 hours after the customer's last message. For {customer} that time ended: {since}. "
	"Wait until the customer writes again, or use another way to reach them."
)
_NEVER_OPENED = Sentence(_("never opened"))


def verdict(facts: Facts) -> Verdict:
	"""The first obstacle that applies: no channel, deactivated (Z41), Meta (Z36), the customer's wish, the window (Z15)."""
	obstacles = (_channel, _account, _wish, _window)
	found = (refused for obstacle in obstacles if (refused := obstacle(facts)))
	return replace(
		next(found, Verdict()),
		window_open=window.is_open(facts.window_ends, facts.now),
		window_ends=facts.window_ends,
		waits_because=facts.waits_because,
	)


def _channel(facts: Facts) -> Verdict | None:
	if facts.channel is None:
		return _NO_CHANNEL
	if facts.enabled:
		return None
	why = Sentence(_DEACTIVATED, {"channel": facts.channel})
	return Verdict(Obstacle.DEACTIVATED, _("Channel deactivated"), why, action=Action.ACTIVATE)


def _account(facts: Facts) -> Verdict | None:
	status = channel_status.reply_obstacle(facts.account) if facts.account else None
	if not status:
		return None
	why = Sentence(
		_META, {"channel": facts.channel or "", "reason": status.reason, "next_step": status.next_step}
	)
	return Verdict(Obstacle.META, status.value.value, why, status.reason, status.action)


def _wish(facts: Facts) -> Verdict | None:
	if facts.kind is not Kind.MARKETING_TEMPLATE or not facts.declined_marketing:
		return None
	return Verdict(
		Obstacle.DECLINED,
		_("No marketing messages wanted"),
		Sentence(_DECLINED, {"customer": facts.customer}),
	)


def _window(facts: Facts) -> Verdict | None:
	if facts.kind is not Kind.FREE_FORM or window.is_open(facts.window_ends, facts.now):
		return None
	why = Sentence(_CLOSED, {"customer": facts.customer, "since": facts.window_ends or _NEVER_OPENED})
	return Verdict(Obstacle.WINDOW, _("Reply window closed"), why)
