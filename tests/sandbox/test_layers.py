"""The sandbox's packages import downwards only: their order is data, and each breach would be a circle in the making."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "whatsapp_channel" / "sandbox"
PACKAGE = "whatsapp_channel.sandbox"
# From the bottom up; those of one row know nothing of each other.
ORDER = (
	("state", "hosts"),
	("webhooks", "web"),
	("graph",),
	("page", "signup"),
	("simulation",),
	("control",),
	("app",),
	("core",),
	("server",),
	("cli",),
	("__init__", "__main__"),
)
FLOOR = {part: floor for floor, row in enumerate(ORDER) for part in row}
FILES = sorted(ROOT.rglob("*.py"))
# What the sandbox may use of the app: nothing but itself.
OURS = "whatsapp_channel"


def part_of(path: Path) -> str:
	"""The package or file directly below the sandbox that a file belongs to."""
	inner = path.relative_to(ROOT)
	return inner.parts[0] if len(inner.parts) > 1 else inner.stem


def imports(path: Path) -> Iterator[tuple[ast.AST, str]]:
	"""Each import with the dotted name of what it takes."""
	for node in ast.walk(ast.parse(path.read_text())):
		if isinstance(node, ast.Import):
			yield from ((node, alias.name) for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			assert not node.level, "write the whole name"
			yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def label(path: Path) -> str:
	return str(path.relative_to(ROOT))


def files_by_name() -> dict[str, Path]:
	names = {}
	for path in FILES:
		parts = path.relative_to(ROOT).with_suffix("").parts
		names[".".join((PACKAGE, *parts)).removesuffix(".__init__")] = path
	return names


KNOWN = files_by_name()


def target(name: str) -> str | None:
	"""The file of ours that an import leads to."""
	return next((known for known in (name, name.rpartition(".")[0]) if known in KNOWN), None)


@pytest.mark.parametrize("path", FILES, ids=label)
def test_imports_go_down(path: Path) -> None:
	own = part_of(path)
	for _node, name in imports(path):
		if not name.startswith(f"{OURS}."):
			continue
		assert name.startswith(f"{PACKAGE}."), name
		other = part_of(KNOWN[target(name) or ""])
		assert other == own or FLOOR[other] < FLOOR[own], name


@pytest.mark.parametrize("path", FILES, ids=label)
def test_no_import_is_hidden_in_a_function(path: Path) -> None:
	tree = ast.parse(path.read_text())
	functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
	inside = [node for each in functions for node in ast.walk(each)]
	assert not [node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]


def test_no_file_is_in_a_circle() -> None:
	"""Files that import nothing of what is left are taken away, again and again; a circle would stay."""
	left = {
		name: {found for _node, each in imports(path) if (found := target(each)) not in (None, name)}
		for name, path in KNOWN.items()
	}
	while gone := {name for name, needs in left.items() if not needs & set(left)}:
		left = {name: needs for name, needs in left.items() if name not in gone}
	assert left == {}


def test_every_package_says_what_belongs_there_and_what_it_may_import() -> None:
	for init in sorted(ROOT.glob("*/__init__.py")):
		tree = ast.parse(init.read_text())
		told = ast.get_docstring(tree) or ""
		assert "mports" in told, init
		assert len(tree.body) == 1, f"{init} shall be a docstring alone"
