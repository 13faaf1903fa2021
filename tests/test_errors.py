"""Every error of the app says what it says in one way: a Sentence, or at once by frappe.throw."""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "whatsapp_channel"
BASE = "Explained"


def sources() -> Iterator[ast.Module]:
	"""The app without the sandbox, which plays Meta and speaks Meta's words."""
	for path in sorted(APP.rglob("*.py")):
		if APP / "sandbox" not in path.parents:
			yield ast.parse(path.read_text())


def name_of(node: ast.expr) -> str:
	"""`frappe.ValidationError` for such an expression, "" for what is no name."""
	return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def classes(trees: list[ast.Module]) -> dict[str, list[str]]:
	"""The bases of each class by its name."""
	nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
	return {node.name: [name_of(base) for base in node.bases] for node in nodes}


def ancestors(name: str, bases: dict[str, list[str]]) -> set[str]:
	"""The names of all classes above one, as far as the app defines them, and the first ones beyond."""
	return {name}.union(*(ancestors(base, bases) for base in bases.get(name, [])))


def is_error(name: str) -> bool:
	"""Whether a class that is not the app's own is an exception, by what it is or is called."""
	known = getattr(builtins, name, None)
	if isinstance(known, type):
		return issubclass(known, BaseException)
	return name.rpartition(".")[2].endswith(("Error", "Exception", "OutOfTime", "Exit"))


def is_of_frappe(name: str) -> bool:
	"""Frappe shows these to the user; what they say is said by frappe.throw."""
	return name.startswith("frappe.") and is_error(name)


def mute(trees: list[ast.Module]) -> set[str]:
	"""The classes of errors that neither carry a Sentence nor are thrown by Frappe."""
	bases = classes(trees)
	above = {name: ancestors(name, bases) for name in bases}
	errors = {name: found for name, found in above.items() if any(map(is_error, found - set(bases)))}
	return {
		name
		for name, found in errors.items()
		if name != BASE and BASE not in found and not any(map(is_of_frappe, found))
	}


def raised_by_hand(trees: list[ast.Module]) -> set[str]:
	"""The errors of Frappe's kind that are raised with words of their own, past frappe.throw."""
	bases = classes(trees)
	ours = {name for name in bases if any(map(is_of_frappe, ancestors(name, bases)))}
	raised = (node.exc for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Raise))
	called = (node.func if isinstance(node, ast.Call) else node for node in raised if node)
	return {name for name in map(name_of, called) if name in ours}


def test_every_error_carries_a_sentence() -> None:
	assert mute(list(sources())) == set()


def test_what_frappe_shows_is_thrown() -> None:
	assert raised_by_hand(list(sources())) == set()


OF_A_KIND = {
	"a plain exception": ("class E(Exception): ...", {"E"}),
	"of a kind of Python's": ("class E(ValueError): ...", {"E"}),
	"of another library": ("class E(httpx.HTTPError): ...", {"E"}),
	"below one": ("class E(Exception): ...\nclass F(E): ...", {"E", "F"}),
	"a mixture": ("class E(Mixin, KeyError): ...", {"E"}),
	"with a sentence": ("class E(Explained, ValueError): ...", set()),
	"below one with a sentence": ("class E(Explained): ...\nclass F(E): ...", set()),
	"of Frappe's kind": ("class E(frappe.ValidationError): ...", set()),
	"no error": ("class E(str, Enum): ...", set()),
}


@pytest.mark.parametrize(("code", "found"), OF_A_KIND.values(), ids=OF_A_KIND)
def test_what_counts_as_an_error_without_a_sentence(code: str, found: set[str]) -> None:
	assert mute([ast.parse(code)]) == found


def test_an_error_of_frappes_kind_raised_by_hand_is_found() -> None:
	code = (
		"class E(frappe.ValidationError): ...\ndef f(): raise E('words')\ndef g(): frappe.throw('words', E)"
	)
	assert raised_by_hand([ast.parse(code)]) == {"E"}
