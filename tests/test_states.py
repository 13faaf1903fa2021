"""States, directions, origins and kinds stand in queries and comparisons as members of their sets, never as bare words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_layers import MODULES, marked, top
from whatsapp_channel.conversations.media.file_request import FileState
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.gaps import SignKind, SignState
from whatsapp_channel.inbound.item_errors import ItemState
from whatsapp_channel.rules.accounts.account_words import PaymentMethod, Subscription
from whatsapp_channel.rules.closed_set import ClosedSet
from whatsapp_channel.rules.customers.identity_kind import Kind
from whatsapp_channel.rules.messaging.conversation_state import ConversationState
from whatsapp_channel.rules.messaging.message_status import MessageStatus
from whatsapp_channel.rules.messaging.origin import Origin
from whatsapp_channel.rules.messaging.session_rules import Direction, SessionKind
from whatsapp_channel.rules.onboarding.number_choice import Verification
from whatsapp_channel.rules.onboarding.signup_rules import SignupState

SETS: tuple[type[ClosedSet], ...] = (
	ConversationState,
	DeliveryState,
	Direction,
	FileState,
	ItemState,
	Kind,
	MessageStatus,
	Origin,
	PaymentMethod,
	SessionKind,
	SignKind,
	SignState,
	SignupState,
	Subscription,
	Verification,
)
WORDS = {str(word) for each in SETS for word in each}
IN_SQL = re.compile("|".join(f"'{re.escape(word)}'" for word in sorted(WORDS)))
PLACES = {"accounts", "api", "conversations", "health", "inbound", "onboarding", "outbound", "privacy"}
# Columns of Helpdesk's Communication, which has words of its own that happen to be the same.
HELPDESKS = {"delivery_status", "email_status", "sent_or_received"}


def bare(name: str) -> Iterator[str]:
	"""Where a word of a set stands in a file as a string of its own, or quoted in SQL."""
	source = MODULES[name]
	fine = marked(source) | defined(source.tree) | of_helpdesk(source.tree)
	for node in ast.walk(source.tree):
		if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in fine:
			continue
		if node.value in WORDS or IN_SQL.search(node.value):
			yield f"{name}:{node.lineno}"


def defined(tree: ast.Module) -> set[int]:
	"""The words where their set itself is."""
	return {
		id(node.value)
		for each in ast.walk(tree)
		if isinstance(each, ast.ClassDef)
		for node in each.body
		if isinstance(node, ast.Assign)
	}


def of_helpdesk(tree: ast.Module) -> set[int]:
	found = set()
	for node in ast.walk(tree):
		if isinstance(node, ast.keyword) and node.arg in HELPDESKS:
			found.add(id(node.value))
		elif isinstance(node, ast.Dict):
			pairs = zip(node.keys, node.values, strict=True)
			found |= {id(value) for key, value in pairs if getattr(key, "value", None) in HELPDESKS}
	return found


def test_words_of_a_set_are_its_members() -> None:
	found = [place for name in MODULES if top(name) in PLACES for place in bare(name)]
	assert found == [], "name the member of the set instead"


# What breaks the rule must be seen; each line is added to a file.
BREACHES = {
	"a comparison": 'if row.status == "Queued":\n\tpass\n',
	"a filter": 'frappe.get_all(MESSAGE, {"direction": "Incoming"})\n',
	"a list": 'WAITING = ("Pending", "Held")\n',
	"a set-up's state": 'if row.state == "Choose Account":\n\tpass\n',
	"an argument": 'change(name, values, only_from=("Sending",))\n',
	"SQL": "frappe.db.sql(\"select 1 from x where state = 'Ended'\")\n",
	"SQL with names": "frappe.db.sql(f\"select 1 from {x} where state != 'Ended'\")\n",
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_bare_word_is_found(breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
	name = "conversations.session"
	source = MODULES[name]
	changed = type(source)(Path(source.path), f"{source.text}\n{BREACHES[breach]}")
	monkeypatch.setitem(MODULES, name, changed)
	assert list(bare(name))


@pytest.mark.parametrize("each", SETS)
def test_a_member_is_its_word_wherever_it_is_written(each: type[ClosedSet]) -> None:
	for word in each:
		assert (str(word), f"{word}", hash(word)) == (word.value, word.value, hash(word.value))
		assert word == word.value
