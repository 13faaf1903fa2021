"""The four steps of the set-up and their states (Z24)."""

from __future__ import annotations

from dataclasses import dataclass

from whatsapp_channel.sentences import Sentence, _, verbatim

DONE, CURRENT, BLOCKED, OPEN = "done", "current", "blocked", "open"
FINISHED = "done"
TITLES = {
	"link": _("Link Facebook and WhatsApp Business Accounts"),
	"profile": _("Create the Business Profile"),
	"number": _("Verify the Number"),
	"channel": _("Create the Channel"),
}
LINK_FIRST = Sentence(_("Link a WhatsApp Business Account first."))
NUMBER_FIRST = Sentence(_("Verify and register a number first."))
NO_DEPARTMENT = Sentence(_("There is no department. Create a team in Helpdesk first."))
NO_ROOM = Sentence(
	_(
		"There are as many channels as departments, and there cannot be more. Create another team in Helpdesk, or delete "
		"a channel."
	)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
	"""The stored facts. `link_problem`: why an existing account does not count as linked."""

	has_account: bool = False
	link_problem: str | None = None
	profile_saved: bool = False
	number_ready: bool = False
	has_channel: bool = False
	departments: int = 0
	channels: int = 0


@dataclass(frozen=True, slots=True)
class Step:
	"""A step. `title` is English and marked for translation; `reason` says what has to be done first."""

	key: str
	title: str
	state: str
	reason: Sentence | None = None


def steps(facts: Facts) -> tuple[Step, ...]:
	"""The four steps in order; exactly one is current until all are done.

	A working channel may have been set up by hand: then the earlier steps count as done, except for a broken link.
	"""
	linked = facts.has_account and facts.link_problem is None
	done = {
		"link": linked,
		"profile": facts.has_account and (facts.profile_saved or facts.has_channel),
		"number": facts.has_account and (facts.number_ready or facts.has_channel),
		"channel": facts.has_channel,
	}
	current = next((key for key, is_done in done.items() if not is_done), None)
	obstacles = _obstacles(facts, linked)
	return tuple(_step(key, done[key], key == current, obstacles.get(key)) for key in TITLES)


def current(found: tuple[Step, ...]) -> str:
	"""The key of the current step; "done" when all are."""
	return next((step.key for step in found if step.state == CURRENT), FINISHED)


def _step(key: str, is_done: bool, is_current: bool, obstacle: Sentence | None) -> Step:
	if is_done:
		return Step(key, TITLES[key], DONE)
	if is_current:
		return Step(key, TITLES[key], CURRENT, obstacle)
	return Step(key, TITLES[key], BLOCKED if obstacle else OPEN, obstacle)


def _obstacles(facts: Facts, linked: bool) -> dict[str, Sentence | None]:
	if not facts.has_account:
		return {"profile": LINK_FIRST, "number": LINK_FIRST, "channel": LINK_FIRST}
	link_problem = verbatim(facts.link_problem) if facts.link_problem is not None else None
	return {
		"link": link_problem,
		"number": None if linked else link_problem,
		"channel": _room(facts) if facts.number_ready else NUMBER_FIRST,
	}


def _room(facts: Facts) -> Sentence | None:
	if facts.departments == 0:
		return NO_DEPARTMENT
	return NO_ROOM if facts.channels >= facts.departments else None
