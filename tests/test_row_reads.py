"""Rows of our tables are read as typed classes: a dict with more than two of their columns is a breach."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from tests.test_layers import MODULES, Source, name_of, top
from whatsapp_channel import doctypes

MOST_COLUMNS = 2
MANY = 99
OURS = {name for name, value in vars(doctypes).items() if isinstance(value, str) and name.isupper()}
# Those who write any table's rows, and patches, which read tables as they were.
FREE = {"database", "rows", "patches", "sandbox"}
READERS = {"get_value", "get_values", "get_all", "get_list", "row_of", "sql"}


def untyped(name: str) -> Iterator[str]:
	"""Where a file reads rows of our tables as dicts with more than two columns."""
	tree = MODULES[name].tree
	for node in ast.walk(tree):
		if is_read(node) and is_ours(node.args[0], tree) and columns(node, tree) > MOST_COLUMNS:
			yield f"{name}:{node.lineno}"


def is_read(node: ast.AST) -> TypeGuard[ast.Call]:
	"""Whether it reads rows as dicts."""
	return isinstance(node, ast.Call) and bool(node.args) and called(node) in READERS and gives_dicts(node)


def called(node: ast.Call) -> str:
	return getattr(node.func, "attr", getattr(node.func, "id", ""))


def gives_dicts(node: ast.Call) -> bool:
	given = {each.arg for each in node.keywords}
	if called(node) in ("get_all", "get_list"):
		return not given & {"as_list", "pluck"}
	return called(node) == "row_of" or "as_dict" in given


def is_ours(table: ast.expr, tree: ast.Module) -> bool:
	"""Whether a table, or the SQL that names it, is ours; so is one of which the file does not say which it is."""
	if isinstance(table, ast.JoinedStr | ast.Constant):
		named = ast.walk(table)
		return any(getattr(node, "id", getattr(node, "attr", "")) in OURS for node in named)
	name = getattr(table, "id", getattr(table, "attr", ""))
	return name in OURS or not isinstance(assigned(name, tree), ast.Constant)


def columns(node: ast.Call, tree: ast.Module) -> int:
	"""How many columns are read, as far as the file says it; MANY where it does not."""
	if called(node) == "sql":
		text = ast.unparse(node.args[0]).lower()
		return text[text.index("select") : text.index(" from ")].count(",") + 1
	named = (each.value for each in node.keywords if each.arg in ("fields", "fieldname"))
	wanted = next(named, node.args[2] if len(node.args) > 2 else None)
	return 1 if wanted is None else length(wanted, tree)


def length(wanted: ast.expr, tree: ast.Module) -> int:
	if isinstance(wanted, ast.Name):
		wanted = assigned(wanted.id, tree) or wanted
	if not isinstance(wanted, ast.List | ast.Tuple | ast.Set):
		return 1 if isinstance(wanted, ast.Constant) and wanted.value != "*" else MANY
	return MANY if any(isinstance(each, ast.Starred) for each in wanted.elts) else len(wanted.elts)


def assigned(name: str, tree: ast.Module) -> ast.expr | None:
	"""What a name stands for in a file; the longest, where it stands for several lists."""
	found = [
		node.value
		for node in ast.walk(tree)
		if isinstance(node, ast.Assign)
		for target in node.targets
		if getattr(target, "id", "") == name
	]
	return max(found, key=lambda value: len(getattr(value, "elts", ())), default=None)


def test_rows_of_our_tables_are_typed() -> None:
	found = [place for name in sorted(MODULES.keys()) if top(name) not in FREE for place in untyped(name)]
	assert found == [], "read it as a class with its columns, see ADR 0064"


BREACHES = {
	"get_value": "frappe.db.get_value(NUMBER, name, ['a', 'b', 'c'], as_dict=True)\n",
	"a list of another line": "FIELDS = ('a', 'b', 'c')\nfrappe.db.get_value(NUMBER, name, FIELDS, as_dict=True)\n",
	"a keyword": "frappe.get_all(NUMBER, fields=['a', 'b', 'c'])\n",
	"get_all": "frappe.get_all(doctypes.NUMBER, {}, ['a', 'b', 'c'])\n",
	"a list with more in it": "frappe.get_all(NUMBER, {}, ['a', *more])\n",
	"a list that nobody knows": "frappe.get_all(NUMBER, {}, columns)\n",
	"all": "frappe.get_all(NUMBER, {}, '*')\n",
	"a table that nobody knows": "frappe.get_all(doctype, {}, ['a', 'b', 'c'])\n",
	"row_of": "row_of(NUMBER, name, ('a', 'b', 'c'))\n",
	"SQL": "frappe.db.sql(f'select a, b, c from `tab{NUMBER}`', as_dict=True)\n",
}
FINE = {
	"two columns": "frappe.db.get_value(NUMBER, name, ['a', 'b'], as_dict=True)\n",
	"a tuple": "frappe.db.get_value(NUMBER, name, ['a', 'b', 'c'])\n",
	"names alone": "frappe.get_all(NUMBER, {'a': 1, 'b': 2, 'c': 3})\n",
	"one column": "frappe.get_all(NUMBER, {}, pluck='a')\n",
	"tuples": "frappe.get_all(NUMBER, {}, ['a', 'b', 'c'], as_list=True)\n",
	"SQL with two": "frappe.db.sql(f'select a, b from `tab{NUMBER}`', as_dict=True)\n",
	"a foreign table": "frappe.get_all('HD Ticket', {}, ['a', 'b', 'c'])\n",
	"a foreign table by its name": "TICKET = 'HD Ticket'\nfrappe.get_all(TICKET, {}, ['a', 'b', 'c'])\n",
}


def found_in(text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
	path = Path(MODULES["accounts"].path).with_name("added.py")
	monkeypatch.setitem(MODULES, name_of(path), Source(path, text))
	return list(untyped(name_of(path)))


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
	assert found_in(BREACHES[breach], monkeypatch)


@pytest.mark.parametrize("fine", FINE)
def test_what_is_no_breach_is_not_found(fine: str, monkeypatch: pytest.MonkeyPatch) -> None:
	assert found_in(FINE[fine], monkeypatch) == []
