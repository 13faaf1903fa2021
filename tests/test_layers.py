"""Who may import whom: the layers of ADR 0062 as data, and today's exceptions in lists that may only shrink."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from whatsapp_channel import doctypes

APP = Path(__file__).parents[1] / "whatsapp_channel"

# From the top down. A module imports from its own package and from what stands in a lower line.
LAYERS = """
hooks commands install schedule patches whatsapp_channel
desk
api
health
overrides
onboarding
inbound
outbound
privacy
conversations
accounts
helpdesk
settings
documents jobs encryption
logs
rows
database
translate
clock timeouts keys doctypes
rules
cloud_api
sentences
"""
# The local Cloud API is Meta, not a part of the app: it knows Meta's words and nothing else, and only commands start it.
SANDBOX = "sandbox"
SANDBOX_MAY_USE = {"cloud_api", "rules", "sentences"}

# Modules under the names that they had before: jobs in the queue and scheduled jobs still call these, for one release.
OLD_NAMES: frozenset[str] = frozenset({"status", "inbound.media.again"})

# Each (importer, imported) that still goes up.
UPWARD: frozenset[tuple[str, str]] = frozenset()

# Each set of files that still import each other.
CIRCLES: frozenset[frozenset[str]] = frozenset()

# A reason stands in a comment beside the import or on the line above it.
REASON = re.compile(r"#\s*\S")


def name_of(path: Path) -> str:
	"""The dotted name of a file, without the app's own."""
	parts = path.relative_to(APP).with_suffix("").parts
	return ".".join(part for part in parts if part != "__init__")


@dataclass(frozen=True, slots=True)
class Source:
	"""A file of the app with what stands in it."""

	path: Path
	text: str

	@property
	def tree(self) -> ast.Module:
		return parsed(self.text)


@cache
def parsed(text: str) -> ast.Module:
	return ast.parse(text)


MODULES = {name_of(path): Source(path, path.read_text()) for path in sorted(APP.rglob("*.py"))}
PLACE = {name: place for place, line in enumerate(LAYERS.split("\n")) for name in line.split()}


def imports(source: Source) -> Iterator[str]:
	"""Every module of the app that a file imports."""
	package = ["whatsapp_channel", *source.path.relative_to(APP).parts[:-1]]
	for node in ast.walk(source.tree):
		if isinstance(node, ast.Import):
			found = [alias.name for alias in node.names]
		elif isinstance(node, ast.ImportFrom):
			above = package[: len(package) - node.level + 1] if node.level else []
			base = ".".join([*above, *filter(None, [node.module])])
			found = [f"{base}.{alias.name}" for alias in node.names]
		else:
			continue
		for dotted in found:
			if dotted.startswith("whatsapp_channel."):
				yield module_of(dotted.removeprefix("whatsapp_channel."))


def module_of(dotted: str) -> str:
	"""The module of the app in which a dotted name is."""
	while dotted and dotted not in MODULES:
		dotted = dotted.rpartition(".")[0]
	return dotted


def top(name: str) -> str:
	return name.split(".")[0]


def may_import(importer: str, imported: str) -> bool:
	of, to = top(importer), top(imported)
	if of == to or not to:
		return True
	if of == SANDBOX:
		return to in SANDBOX_MAY_USE
	if to == SANDBOX:
		return of == "commands"
	return PLACE[of] < PLACE[to]


def arrows() -> set[tuple[str, str]]:
	return {
		(name, to)
		for name, source in MODULES.items()
		if name not in OLD_NAMES
		for to in imports(source)
		if to != name
	}


def circles() -> set[frozenset[str]]:
	"""Sets of files that reach each other."""
	of: dict[str, set[str]] = {}
	for importer, imported in arrows():
		of.setdefault(importer, set()).add(imported)
	reach = {name: reachable(name, of) for name in MODULES}
	found = {frozenset(to for to in reach[name] if name in reach[to]) for name in MODULES}
	return {circle for circle in found if len(circle) > 1}


def reachable(name: str, of: dict[str, set[str]]) -> set[str]:
	found: set[str] = set()
	waiting = [name]
	while waiting:
		for to in of.get(waiting.pop(), set()) - found:
			found.add(to)
			waiting.append(to)
	return found


def test_every_part_of_the_app_has_its_layer() -> None:
	assert {top(name) for name in MODULES if name} - set(PLACE) - {SANDBOX} - {
		top(name) for name in OLD_NAMES
	} == set()


def test_imports_go_down() -> None:
	upward = {arrow for arrow in arrows() if not may_import(*arrow)}
	assert upward - UPWARD == set(), "an import goes up: move what is needed down, or the caller up"
	assert UPWARD - upward == set(), "these go down by now: take them from the list"


def test_no_files_import_each_other() -> None:
	found = circles()
	assert found - CIRCLES == set(), "files import each other: split what both need from them"
	assert CIRCLES - found == set(), "these circles are gone: take them from the list"


def hidden() -> Iterator[str]:
	"""Imports within functions for which no reason is given."""
	for name, source in MODULES.items():
		lines = source.text.split("\n")
		for function in ast.walk(source.tree):
			if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
				continue
			for node in ast.walk(function):
				if isinstance(node, ast.Import | ast.ImportFrom) and not has_reason(lines, node.lineno):
					yield f"{name}:{node.lineno}"


def has_reason(lines: list[str], number: int) -> bool:
	beside, above = lines[number - 1], lines[number - 2].strip()
	return bool(REASON.search(beside)) or above.startswith("#")


def test_imports_within_functions_have_a_reason() -> None:
	assert sorted(set(hidden())) == []


# Entry points and the handlers of items own their transaction. What is not named here runs within that of its caller.
COMMITTING = [
	"api.conversation",
	"accounts.access",
	"logs",
	"settings",
	"inbound.drain",
	"inbound.gaps",
	"inbound.identity_changes",
	"inbound.dispatch",
	"inbound.lines",
	"inbound.reprocess",
	"inbound.retries",
	"inbound.sorting",
	"inbound.units",
	"inbound.media.refetch",
	"inbound.media.fetching",
	"outbound.held",
	"outbound.resend",
	"outbound.send",
	"health.runner",
	"onboarding.step_errors",
	"onboarding.signup",
	"onboarding.signup_rows",
	"onboarding.subscription",
	"patches.columns_without_markup",
	"patches.messages_of_a_number",
	"patches.names_that_show",
	"privacy.background",
	"privacy.deliveries",
	"privacy.erase",
	"privacy.export",
	"privacy.masked_numbers",
	"privacy.mentions",
	"privacy.old_media",
	"privacy.retention",
	"accounts.silence",
	"patches.titles_without_numbers",
]
ENDS_A_TRANSACTION = {"save_now", "new_transaction"}


def called(source: Source) -> Iterator[str]:
	"""What a file calls, by its last name."""
	for node in ast.walk(source.tree):
		if isinstance(node, ast.Call):
			yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_one_module_ends_transactions() -> None:
	assert committing() == {"database"}


def committing() -> set[str]:
	return {name for name, source in MODULES.items() if top(name) != SANDBOX and "commit" in called(source)}


def test_who_commits_is_known() -> None:
	found = {name for name, source in MODULES.items() if ENDS_A_TRANSACTION & set(called(source))} - {
		"database"
	}
	assert found - set(COMMITTING) == set(), "it runs within its caller's transaction: let that commit"
	assert set(COMMITTING) - found == set(), "these commit no more: take them from the list"


def literals() -> set[tuple[str, str]]:
	"""Names of our DocTypes as they stand in strings, but in texts that are marked for translation."""
	return {
		(name, node.value)
		for name, source in MODULES.items()
		if name != "doctypes"
		for node in ast.walk(source.tree)
		if isinstance(node, ast.Constant) and node.value in NAMES and id(node) not in marked(source)
	} | {
		(name, node.value)
		for name, source in MODULES.items()
		for node in ast.walk(source.tree)
		if isinstance(node, ast.Constant)
		and isinstance(node.value, str)
		and any(f"tab{named}" in node.value for named in NAMES)
	}


NAMES = {
	value for value in vars(doctypes).values() if isinstance(value, str) and value.startswith("WhatsApp ")
} - {doctypes.MODULE}


def marked(source: Source) -> set[int]:
	return {
		id(argument)
		for node in ast.walk(source.tree)
		if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
		for argument in node.args
	}


def test_doctypes_are_named_in_one_place() -> None:
	assert literals() == set()


# Whether something may go out is asked in one place; a session's kind depends on the window as well, and sends nothing.
ASKS = {
	"verdict": {"api.ticket", "onboarding.sample_message", "outbound.gate"},
	"reply_obstacle": {"rules.messaging.sending"},
	"is_open": {"rules.messaging.sending", "conversations.delivery_status"},
}


@pytest.mark.parametrize("question", ASKS)
def test_whether_something_may_go_out_is_asked_in_one_place(question: str) -> None:
	assert {name for name, source in MODULES.items() if question in called(source)} == ASKS[question]


# What breaks a rule must be seen.
BREACHES = {
	"an import that goes up": ("rules/added.py", "from whatsapp_channel.inbound import drain\n", "upward"),
	"the sandbox uses the app": ("sandbox/added.py", "from whatsapp_channel import database\n", "upward"),
	"the app uses the sandbox": (
		"outbound/added.py",
		"from whatsapp_channel.sandbox import Sandbox\n",
		"upward",
	),
	"a relative import that goes up": ("helpdesk/added.py", "from ..outbound import send\n", "upward"),
	"a circle": ("clock.py", "from whatsapp_channel.database import in_transaction\n", "circle"),
	"a commit": ("conversations/session.py", "frappe.db.commit()\n", "commit"),
	"a literal": ("conversations/session.py", 'frappe.get_all("WhatsApp Session")\n', "literal"),
	"a literal in SQL": (
		"conversations/session.py",
		'frappe.db.sql("select 1 from `tabWhatsApp Session`")\n',
		"literal",
	),
	"an import in a function": ("jobs.py", "def added():\n\tfrom whatsapp_channel import clock\n", "hidden"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
	place, added, kind = BREACHES[breach]
	name = name_of(APP / place)
	text = MODULES[name].text if name in MODULES else ""
	monkeypatch.setitem(MODULES, name, Source(APP / place, f"{text}\n{added}"))
	found = {
		"upward": lambda: {arrow for arrow in arrows() if not may_import(*arrow)} - UPWARD,
		"circle": lambda: circles() - CIRCLES,
		"commit": lambda: committing() - {"database"},
		"literal": literals,
		"hidden": lambda: [place for place in hidden() if place.startswith(f"{name}:")],
	}
	assert found[kind]()
