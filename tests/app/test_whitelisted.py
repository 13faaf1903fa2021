"""What strangers get from each method that the web reaches: a table, complete or the last test fails (ADR 0055)."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, TEAM, newest
from tests.app.two_teams import MARIA, MARIAS_ADDRESS, OTHER_TEAM, PEOPLE, USERS, Teams, described, teams

__all__ = ["teams"]

APP = Path(__file__).parents[2] / "whatsapp_channel"
# What each of PEOPLE is answered. The ticket in question is of the last one's team; nobody is a System Manager.
ADMINISTRATORS = (403, 403, 403, 403)
OF_THE_TEAM = (403, 403, 403, 200)
# They are asked for what cannot be done: the ticket is there already, the document names none, the reply is not held.
REFUSED_WITH_REASON = (403, 403, 403, 417)
ACCOUNT, DELIVERY, ITEM = "WhatsApp Business Account", "WhatsApp Delivery", "WhatsApp Delivery Item"

FUNCTIONS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
	"api.channel.set_enabled": (ADMINISTRATORS, {"channel": "{channel}", "enabled": False}),
	"api.conversation.convert_to_ticket": (REFUSED_WITH_REASON, {"conversation": "{conversation}"}),
	"api.health.check": (ADMINISTRATORS, {}),
	"api.health.checks": (ADMINISTRATORS, {}),
	"api.health.run": (ADMINISTRATORS, {}),
	"api.items.count_range": (ADMINISTRATORS, {}),
	"api.items.dismiss_gap": (ADMINISTRATORS, {"number": "{number}"}),
	"api.items.export": (ADMINISTRATORS, {}),
	"api.items.reprocess_deliveries": (ADMINISTRATORS, {}),
	"api.items.reprocess_items": (ADMINISTRATORS, {}),
	"api.items.reprocess_range": (ADMINISTRATORS, {}),
	"api.media.fetch_again": (OF_THE_TEAM, {"message": "{message}"}),
	"api.onboarding.add_number": (ADMINISTRATORS, {}),
	"api.onboarding.begin_signup": (ADMINISTRATORS, {}),
	"api.onboarding.choose_account": (ADMINISTRATORS, {}),
	"api.onboarding.choose_number": (ADMINISTRATORS, {}),
	"api.onboarding.continue_signup": (ADMINISTRATORS, {}),
	"api.onboarding.create_channel": (ADMINISTRATORS, {}),
	"api.onboarding.link_manually": (ADMINISTRATORS, {}),
	"api.onboarding.numbers": (ADMINISTRATORS, {"account": "{account}"}),
	"api.onboarding.refresh": (ADMINISTRATORS, {"account": "{account}"}),
	"api.onboarding.register": (ADMINISTRATORS, {"number": "{number}"}),
	"api.onboarding.request_code": (ADMINISTRATORS, {"number": "{number}"}),
	"api.onboarding.save_profile": (ADMINISTRATORS, {"account": "{account}"}),
	"api.onboarding.send_test": (ADMINISTRATORS, {"channel": "{channel}", "message": "{message}"}),
	"api.onboarding.set_policies": (ADMINISTRATORS, {}),
	"api.onboarding.signup_code": (ADMINISTRATORS, {}),
	"api.onboarding.signup_event": (ADMINISTRATORS, {}),
	"api.onboarding.state": (ADMINISTRATORS, {}),
	"api.onboarding.subscribe": (ADMINISTRATORS, {"account": "{account}"}),
	"api.onboarding.test_state": (ADMINISTRATORS, {"channel": "{channel}"}),
	"api.onboarding.verify_code": (ADMINISTRATORS, {"number": "{number}"}),
	"api.privacy.erase": (ADMINISTRATORS, {"phone": MARIA, "confirmation": MARIA}),
	"api.privacy.export": (ADMINISTRATORS, {"phone": MARIA}),
	"api.privacy.find": (ADMINISTRATORS, {"phone": MARIA}),
	# What an agent finds is another matter: test_who_reads_rows.py.
	"api.search.search": ((403, 403, 200, 200), {"doctype": "WhatsApp Channel", "txt": ""}),
	"api.ticket.check": (OF_THE_TEAM, {"message": "{message}"}),
	"api.ticket.discard": (REFUSED_WITH_REASON, {"message": "{message}"}),
	"api.ticket.send_again": (OF_THE_TEAM, {"message": "{message}"}),
	"api.ticket.send_anyway": (REFUSED_WITH_REASON, {"message": "{message}"}),
	"api.ticket.state": (OF_THE_TEAM, {"ticket": "{ticket}"}),
	# Meta's door, which takes no document; its own table is in guests.py.
	"api.webhook.receive": ((401, 401, 401, 401), {}),
	"overrides.activities.get_ticket_activities": (OF_THE_TEAM, {"ticket": "{ticket}"}),
}
# Methods of documents, each called on a stored one that the client describes as his own.
METHODS: dict[str, tuple[tuple[int, ...], str]] = {
	"overrides.hd_ticket.WhatsAppTicketMixin.reply_via_agent": (OF_THE_TEAM, "HD Ticket"),
	"whatsapp_business_account.WhatsAppBusinessAccount.check_connection": (ADMINISTRATORS, ACCOUNT),
	"whatsapp_delivery.WhatsAppDelivery.reprocess": (ADMINISTRATORS, DELIVERY),
	"whatsapp_delivery_item.WhatsAppDeliveryItem.reprocess": (ADMINISTRATORS, ITEM),
}
MINE = {
	"owner": "{user}",
	"raised_by": "{user}",
	"contact": "{user}",
	"agent_group": "{team}",
	"ticket": "{own_ticket}",
	"state": "Failed",
}


def whitelisted() -> Iterator[str]:
	"""What the source of the app lets the web reach, by its place in it."""
	for path in sorted(APP.rglob("*.py")):
		tree = ast.parse(path.read_text())
		for owner in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
			for node in owner.body:
				if isinstance(node, ast.FunctionDef) and any(map(is_whitelist, node.decorator_list)):
					inside = [owner.name] if isinstance(owner, ast.ClassDef) else []
					yield ".".join([*module(path), *inside, node.name])


def is_whitelist(decorator: ast.expr) -> bool:
	return "whitelist" in ast.unparse(decorator)


def module(path: Path) -> list[str]:
	"""Of a DocType the name alone, which is long enough."""
	parts = [*path.relative_to(APP).parts[:-1], path.stem]
	return parts[-1:] if "doctype" in parts else parts


def test_every_method_that_the_web_reaches_is_in_the_table() -> None:
	assert sorted(whitelisted()) == sorted([*FUNCTIONS, *METHODS])


@pytest.fixture
def named(teams: Teams) -> dict[str, str]:
	"""What the arguments name: all of it belongs to the team, and its reply has failed."""
	desk = teams.desk
	row = desk.reply(teams.marias, "<p>lost</p>")
	desk.settle()
	desk.post(desk.status(desk.message(row).wamid, "failed", code=131026))
	desk.settle()
	item = {"doctype": ITEM, "state": "Failed", "kind": "message", "number": desk.number}
	return {
		"ticket": teams.marias,
		"own_ticket": teams.bobs,
		"message": row,
		"conversation": desk.message(row).conversation,
		"channel": desk.channel,
		"number": desk.number,
		"account": desk.account,
		DELIVERY: newest(DELIVERY),
		ITEM: frappe.get_doc(item).insert(ignore_permissions=True).name,
	}


def arguments(function: str, given: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
	"""Each parameter without a default gets a value of its type, because Frappe checks the types first."""
	samples = {str: "x", bool: True, dict: {}, str | list: "[]", dict | str: {}}
	parameters = inspect.signature(frappe.get_attr(f"whatsapp_channel.{function}")).parameters
	needed = {
		name: samples[each.annotation]
		for name, each in parameters.items()
		if each.default is inspect.Parameter.empty
	}
	filled = {key: value.format(**named) if isinstance(value, str) else value for key, value in given.items()}
	return needed | filled


def secrets(teams: Teams) -> tuple[str, ...]:
	return (MARIA, "Maria", "from Maria", teams.desk.sandbox.config.token)


@pytest.mark.parametrize("module", sorted({name.rpartition(".")[0] for name in FUNCTIONS}))
def test_what_each_function_answers(teams: Teams, named: dict[str, str], module: str) -> None:
	for function, (wanted, given) in FUNCTIONS.items():
		if function.rpartition(".")[0] == module:
			answers(teams, function, wanted, arguments(function, given, named))


def answers(teams: Teams, function: str, wanted: tuple[int, ...], sent: dict[str, Any]) -> None:
	for who, expected in zip(PEOPLE, wanted, strict=True):
		answer = teams.call(who, f"whatsapp_channel.{function}", **sent)
		assert (function, who, answer.status_code) == (function, who, expected)
		if expected == 403 and "phone" not in sent:
			assert not [secret for secret in secrets(teams) if secret in answer.text]


@pytest.mark.parametrize("method", METHODS)
def test_what_each_method_of_a_described_document_answers(
	teams: Teams, named: dict[str, str], method: str
) -> None:
	wanted, doctype = METHODS[method]
	name = {"HD Ticket": teams.marias, ACCOUNT: teams.desk.account}.get(doctype) or named[doctype]
	sent = {"message": "<p>forged</p>", "to": MARIAS_ADDRESS} if doctype == "HD Ticket" else {}
	requests = len(teams.desk.sandbox.requests)
	for who, code in zip(PEOPLE, wanted, strict=True):
		me = {"user": USERS.get(who, "Guest"), "team": TEAM if who == PEOPLE[-1] else OTHER_TEAM}
		mine = {key: value.format(**me, **named) for key, value in MINE.items()}
		answer = teams.run(who, method.rpartition(".")[2], described(doctype, name, **mine), **sent)
		assert (who, answer.status_code) == (who, code)
		if code == 403:
			assert not [secret for secret in secrets(teams) if secret in answer.text]
	assert len(teams.desk.sandbox.requests) == requests
	assert frappe.db.count(MESSAGE, {"text": "forged"}) == (1 if doctype == "HD Ticket" else 0)


DESCRIBED = {"none": None, "of nothing": "no-such", "a description": {"state": "Failed"}, "a list": ["x"]}


@pytest.mark.parametrize("name", DESCRIBED.values(), ids=DESCRIBED.keys())
@pytest.mark.parametrize("method", METHODS)
def test_a_document_that_is_not_stored_is_not_found_even_by_the_administrator(
	teams: Teams, named: dict[str, str], method: str, name: object
) -> None:
	document = frappe.get_doc({"doctype": METHODS[method][1]})
	document.name = name
	sent = {"message": "?", "to": MARIAS_ADDRESS} if document.doctype == "HD Ticket" else {}
	with pytest.raises(frappe.DoesNotExistError):
		getattr(document, method.rpartition(".")[2])(**sent)
