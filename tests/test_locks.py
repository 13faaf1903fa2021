"""Whoever takes a named lock looks whether he has it: one who waited in vain has it not."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_layers import MODULES, Source, parsed

LOCK = "named_lock"


def is_lock(node: ast.AST) -> bool:
	"""Whether an expression takes a named lock."""
	name = node.func if isinstance(node, ast.Call) else None
	return getattr(name, "attr", getattr(name, "id", "")) == LOCK


def looked_at(tree: ast.Module) -> set[int]:
	"""The locks of which it is asked whether they are held: by the name that `with` gives to that, or in a condition."""
	found = set()
	for node in ast.walk(tree):
		if isinstance(node, ast.With):
			found |= {id(item.context_expr) for item in node.items if _is_asked(node, item)}
		elif isinstance(node, ast.If):
			found |= {id(each) for each in ast.walk(node.test)}
	return found


def _is_asked(block: ast.With, item: ast.withitem) -> bool:
	name = getattr(item.optional_vars, "id", None)
	inside = (node for statement in block.body for node in ast.walk(statement))
	return name is not None and any(getattr(node, "id", None) == name for node in inside)


def blind(name: str) -> Iterator[str]:
	"""Where a file takes a lock and does not look whether it has it."""
	source = MODULES[name]
	asked = looked_at(source.tree)
	for node in ast.walk(source.tree):
		if is_lock(node) and id(node) not in asked:
			yield f"{name}:{node.lineno}"


def test_nobody_goes_on_without_his_lock() -> None:
	assert [place for name in MODULES for place in blind(name)] == [], "take database.required_lock"


BREACHES = {
	"without a name": 'with named_lock("x"):\n\tpass\n',
	"with a name that nobody reads": 'with named_lock("x", 5) as mine:\n\tpass\n',
	"of a module": 'with database.named_lock("x"):\n\tpass\n',
	"in a stack": 'locks.enter_context(named_lock("x"))\n',
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setitem(MODULES, "added", Source(Path("added.py"), BREACHES[breach]))
	assert parsed(BREACHES[breach])
	assert list(blind("added"))
