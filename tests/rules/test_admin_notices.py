"""What administrators are told of, and what is told already (Z40)."""

from string import Formatter
from typing import Any

import pytest

from whatsapp_channel.rules.accounts import admin_notices
from whatsapp_channel.rules.accounts.account_issues import AccountIssue, Attention, Severity
from whatsapp_channel.rules.accounts.admin_notices import Notice
from whatsapp_channel.rules.accounts.channel_status import Facts, Review, Trial

READY = {"has_number": True, "has_token": True, "receives": True}


def issue(about: Attention, severity: Severity = Severity.LIMITS, **more: Any) -> AccountIssue:
	return AccountIssue(about=about, words="Look.", severity=severity, **more)


def wrong(*issues: AccountIssue) -> dict[str, Any]:
	return {"issues": issues}


DEAD = issue(Attention.TOKEN, Severity.STOPS)
ENDS = issue(Attention.TOKEN, Severity.LOOMS)
UNPAID = issue(Attention.PAYMENT)
NO_TEMPLATES = issue(Attention.POLICY, restricts=True)
BANNED = issue(Attention.POLICY, Severity.STOPS, restricts=True, of_number=True)
TRIAL = {"review": Review.NOT_STARTED, "trial": Trial.RUNNING}
OVER = {"review": Review.NOT_STARTED, "trial": Trial.ENDED}

# Facts, keys of what administrators are told of.
CAUSES: dict[str, tuple[dict[str, Any], list[str]]] = {
	"token dead": (wrong(DEAD), ["Needs Attention:Token:Stops"]),
	"token ends soon": (wrong(ENDS), ["Needs Attention:Token:Looms"]),
	"quality of one number": (
		wrong(issue(Attention.QUALITY, of_number=True)),
		["Needs Attention:Quality:7:Limits"],
	),
	"an alert by its kind": (
		wrong(issue(Attention.POLICY, kind="Alert A")),
		["Needs Attention:Policy:Alert A:Limits"],
	),
	"account restricted": (wrong(NO_TEMPLATES), ["Restricted:Policy:Limits"]),
	"number banned": (wrong(BANNED), ["Restricted:Policy:7:Stops"]),
	"each of several": (
		wrong(NO_TEMPLATES, DEAD, UNPAID),
		["Restricted:Policy:Limits", "Needs Attention:Token:Stops", "Needs Attention:Payment:Limits"],
	),
	"rejected": ({"review": Review.REJECTED}, ["Verification Rejected:Limits"]),
	"rejected, and the trial is over": (
		{"review": Review.REJECTED, "trial": Trial.ENDED},
		["Verification Rejected:Limits", "Trial:Stops"],
	),
	"trial over": (OVER, ["Trial:Stops"]),
	"trial over behind a dead token": (
		{**OVER, **wrong(DEAD)},
		["Needs Attention:Token:Stops", "Trial:Stops"],
	),
	"trial over, in review": ({"review": Review.PENDING, "trial": Trial.ENDED}, ["Trial:Stops"]),
	"trial runs": (TRIAL, []),
	"trial ends soon": ({**TRIAL, "trial_ends_soon": True}, ["Trial:Looms"]),
	"trial ends soon, in review": (
		{**TRIAL, "review": Review.PENDING, "trial_ends_soon": True},
		["Trial:Looms"],
	),
	"no trial any more": ({"trial_ends_soon": True}, []),
	"in review": ({"review": Review.PENDING}, []),
	"active": ({}, []),
	"deactivated": ({"enabled": False, **wrong(DEAD)}, []),
	"no token yet": ({"has_token": False, **wrong(UNPAID)}, []),
}


@pytest.mark.parametrize(("facts", "keys"), CAUSES.values(), ids=CAUSES.keys())
def test_causes(facts: dict[str, Any], keys: list[str]) -> None:
	found = admin_notices.notices(Facts(**{**READY, **facts}), "7")
	assert [each.key for each in found] == keys
	for each in found:
		named = {name for _, name, _, _ in Formatter().parse(each.status.reason.text) if name}
		assert named <= set(each.status.reason.args)


def present(*issues: AccountIssue) -> dict[str, Notice]:
	found = admin_notices.notices(Facts(**READY, issues=issues), "7")
	return {each.key: each for each in found}


T_ENDS, T_DEAD, UNPAID_KEY = (next(iter(present(each))) for each in (ENDS, DEAD, UNPAID))

# What is wrong, what was told, what is told now, what is remembered.
TO_SEND: dict[str, tuple[tuple[AccountIssue, ...], list[str], list[str], list[str]]] = {
	"first": ((ENDS,), [], [T_ENDS], [T_ENDS]),
	"the same again": ((ENDS,), [T_ENDS], [], [T_ENDS]),
	"graver": ((DEAD, ENDS), [T_ENDS], [T_DEAD], [T_ENDS, T_DEAD]),
	"both at once: the graver says it": ((DEAD, ENDS), [], [T_DEAD], [T_DEAD]),
	"what outlasts the graver": ((ENDS,), [T_DEAD], [T_ENDS], [T_ENDS]),
	"what was told before the graver": ((ENDS,), [T_ENDS, T_DEAD], [], [T_ENDS]),
	"another subject": ((DEAD, UNPAID), [UNPAID_KEY], [T_DEAD], [UNPAID_KEY, T_DEAD]),
	"over": ((), [T_DEAD], [], []),
}


@pytest.mark.parametrize(("issues", "known", "to_send", "kept"), TO_SEND.values(), ids=TO_SEND.keys())
def test_keys_to_send(
	issues: tuple[AccountIssue, ...], known: list[str], to_send: list[str], kept: list[str]
) -> None:
	assert admin_notices.keys_to_send(present(*issues), known) == (to_send, sorted(kept))
