"""Meta stops accepting a token, or the account is taken away: told once, nothing is lost, and everything resumes."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import MESSAGE, Desk
from tests.app.onboarded import ACCOUNT, CHANNEL, lines, notifications, row, status, tells, update
from whatsapp_channel.accounts import access
from whatsapp_channel.accounts import status as statuses
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.errors import DEAD_TOKEN, CloudAPIError
from whatsapp_channel.onboarding import link


@pytest.fixture
def manager(desk: Desk) -> str:
	"""An administrator with a bell."""
	return user("whatsapp-admin@example.com", "System Manager")


@pytest.fixture
def ticket(desk: Desk) -> str:
	"""A ticket whose customer wrote a moment ago."""
	desk.writes("Where is my order?")
	return desk.ticket()


def mark(desk: Desk) -> "frappe._dict":
	return row(
		ACCOUNT,
		desk.account,
		"attention_reason",
		"attention_code",
		"attention_event",
		"authorisation_failures",
	)


def make_due() -> None:
	frappe.db.sql(
		"update `tabWhatsApp Session Message` set next_attempt = %s where status = 'Queued'", (site_now(),)
	)
	frappe.db.commit()


def lose_token(desk: Desk, ticket: str) -> None:
	"""Meta refuses the token for two replies in a row."""
	desk.sandbox.tokens.clear()
	desk.reply(ticket, "<p>first</p>")
	desk.settle()
	make_due()
	desk.settle()


def renew(desk: Desk) -> None:
	"""The administrator enters a new token."""
	desk.sandbox.tokens.add("renewed-token")
	account = frappe.get_doc(ACCOUNT, desk.account)
	account.access_token = "renewed-token"
	account.save()
	frappe.db.commit()


def test_from_the_loss_to_the_resumption(desk: Desk, ticket: str, manager: str) -> None:
	lose_token(desk, ticket)
	assert status(desk.channel) == "Needs Attention"
	view = statuses.view(desk.channel)
	assert (view["action"], view["label"]) == ("Enter Token", "Reconnect")
	assert mark(desk).attention_code == 190
	for index in range(3):
		desk.reply(ticket, f"<p>reply {index}</p>")
		desk.writes(f"question {index}")
	assert desk.on_phone() == []
	assert [each for each in desk.conversation_of(ticket) if "question" in each]
	assert frappe.db.count(MESSAGE, {"direction": "Incoming"}) == 4
	assert len(notifications(manager)) == 1
	renew(desk)
	make_due()
	desk.settle()
	assert desk.on_phone() == ["first", "reply 0", "reply 1", "reply 2"]
	assert status(desk.channel) == "Active"
	assert not any(mark(desk).values())
	assert len(lines(CHANNEL, desk.channel)) == 2
	assert len(notifications(manager)) == 1


def test_lost_again_it_is_told_again(desk: Desk, ticket: str, manager: str) -> None:
	lose_token(desk, ticket)
	renew(desk)
	make_due()
	desk.settle()
	lose_token(desk, ticket)
	assert len(notifications(manager)) == 2


def ask_for_profile(desk: Desk) -> None:
	access.client(desk.account).profile(desk.number)


def ask_for_subscription(desk: Desk) -> None:
	access.client(desk.account).subscribed_apps(desk.account)


def refresh(desk: Desk) -> None:
	link.refresh(desk.account)


OTHER_CALLS = {"profile": ask_for_profile, "subscription": ask_for_subscription, "refresh": refresh}


@pytest.mark.parametrize("ask", OTHER_CALLS.values(), ids=OTHER_CALLS.keys())
def test_a_dead_token_counts_in_other_calls_as_well(
	desk: Desk, manager: str, ask: Callable[[Desk], None]
) -> None:
	desk.sandbox.tokens.clear()
	for expected in ("Active", "Needs Attention"):
		with pytest.raises(CloudAPIError):
			ask(desk)
		frappe.db.rollback()
		assert status(desk.channel) == expected
	assert len(notifications(manager)) == 1


def test_a_file_that_cannot_be_fetched_counts_as_well(desk: Desk) -> None:
	desk.sandbox.tokens.clear()
	customer = desk.sandbox.customer("5511912345678", "Maria")
	for name in ("a.jpg", "b.jpg"):
		customer.sends_file("image", name.encode(), "image/jpeg")
		desk.flush()
		desk.settle()
	assert status(desk.channel) == "Needs Attention"
	assert frappe.db.count(MESSAGE, {"direction": "Incoming"}) == 2


# The sandbox does not answer with code 0.
@pytest.mark.parametrize("code", sorted(DEAD_TOKEN - {0}))
def test_each_code_of_a_dead_token_counts(desk: Desk, code: int) -> None:
	desk.sandbox.faults.add("error", count=2, match="any", code=code, http_status=401)
	for expected in ("Active", "Needs Attention"):
		with pytest.raises(CloudAPIError):
			ask_for_profile(desk)
		assert status(desk.channel) == expected


# What Meta answers to a profile: code, subcode.
NO_LOSS = {
	"a permission that the token lacks": (10, None),
	"no access to this asset": (200, None),
	"an object that the token may not see": (100, 33),
	"throttled": (80007, None),
	"down": (2, None),
}


@pytest.mark.parametrize(("code", "subcode"), NO_LOSS.values(), ids=NO_LOSS.keys())
def test_what_is_no_dead_token_stops_nothing(desk: Desk, code: int, subcode: int | None) -> None:
	desk.sandbox.faults.add("error", count=3, match="any", code=code, subcode=subcode, http_status=400)
	for _ in range(3):
		with pytest.raises(CloudAPIError):
			ask_for_profile(desk)
	assert mark(desk).authorisation_failures == 0
	assert status(desk.channel) == "Active"


def test_a_call_that_meta_answers_gives_its_answer(desk: Desk) -> None:
	assert [each.id for each in access.client(desk.account).numbers(desk.account)] == [desk.number]


def test_an_account_without_token_cannot_call(desk: Desk) -> None:
	frappe.db.delete("__Auth", {"doctype": ACCOUNT})
	with pytest.raises(frappe.ValidationError, match="no access token"):
		ask_for_profile(desk)


# -- taken away ---------------------------------------------------------------------------------------------------

TAKEN = ["PARTNER_REMOVED", "ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED", "PARTNER_APP_UNINSTALLED"]
GIVEN = ["PARTNER_ADDED", "ACCOUNT_RECONNECTED", "PARTNER_APP_INSTALLED"]


@pytest.mark.parametrize("event", TAKEN)
def test_an_account_that_is_taken_away_sends_nothing_and_receives(
	desk: Desk, ticket: str, manager: str, event: str
) -> None:
	update(desk, event)
	assert (mark(desk).attention_event, status(desk.channel)) == (event, "Needs Attention")
	assert statuses.view(desk.channel)["label"] == "Reconnect"
	desk.reply(ticket, "<p>waits</p>")
	desk.settle()
	desk.writes("Still there?")
	assert desk.on_phone() == []
	assert any("Still there?" in each for each in desk.conversation_of(ticket))
	assert len(notifications(manager)) == 1
	renew(desk)
	desk.settle()
	assert (desk.on_phone(), status(desk.channel)) == (["waits"], "Active")


@pytest.mark.parametrize("event", GIVEN)
def test_an_account_that_is_given_back_resumes(desk: Desk, ticket: str, event: str) -> None:
	update(desk, "PARTNER_REMOVED", ago=60)
	desk.reply(ticket, "<p>waits</p>")
	update(desk, event, ago=30)
	desk.settle()
	assert (desk.on_phone(), status(desk.channel)) == (["waits"], "Active")


def test_that_the_account_is_shared_mends_no_dead_token(desk: Desk, ticket: str) -> None:
	lose_token(desk, ticket)
	update(desk, "PARTNER_ADDED")
	assert status(desk.channel) == "Needs Attention"


def test_old_news_of_the_loss_does_not_stop_a_mended_account(desk: Desk) -> None:
	update(desk, "PARTNER_REMOVED", ago=900)
	assert status(desk.channel) == "Active"
	value: dict[str, Any] = {"event": "PARTNER_REMOVED", "again": 1}
	tells(desk, "account_update", value)
	assert status(desk.channel) == "Needs Attention"
