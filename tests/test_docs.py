"""What the documentation names is there: modules, tests, decisions."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_layers import LAYERS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
THREATS = DOCS / "threat_model.md"
DEVELOPER = DOCS / "developer.md"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
# A path is written from the root, from the app, or from the tests.
BASES = (ROOT, ROOT / "whatsapp_channel", ROOT / "tests")
CODE = re.compile(r"`([^`\n]+)`")
TEST = re.compile(r"test_\w+")
PATH = re.compile(r"[\w./{}-]*(?:/|\.(?:py|js|css|json|toml|html|md))|Makefile")
PLACES = re.compile(r"^\*\*(?:Code|Tests):\*\*.*?(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
# A module with names of what is in it, in brackets.
IN_MODULE = re.compile(r"`([\w/.]+\.py)`\s+\(((?:`\w+`(?:,\s+)?)+)\)")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]*)?\)")
# What a decision tells, in this order, so that somebody new understands why.
PARTS = ("Status", "Context", "Decision", "Alternatives", "Consequences", "Code", "Tests")
# Of Frappe's own code.
FOREIGN = {"form/formatters.js", "grid_row.js", "list/list_view.js", "list/list_sidebar_group_by.js"}
CITATION = re.compile(r"\bADR\s+(\d+)\b")
# Decisions are cited as ADR with four digits, so that one that goes is found.
OTHERWISE = re.compile(r"\b[Dd]ecision (?:No\. )?\d+|\bdecisions/\d{4}(?!-)")
SOURCES = ("whatsapp_channel", "embedded", "tests", "benchmarks")


def named(path: str) -> Path | None:
	"""The file or folder that a path of the documentation means."""
	return next((base / path for base in BASES if (base / path).exists()), None)


@cache
def functions(path: Path) -> frozenset[str]:
	"""Names of the functions in a file."""
	tree = ast.parse(path.read_text())
	return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def every_test() -> frozenset[str]:
	"""Names of all tests."""
	return frozenset().union(*map(functions, (ROOT / "tests").rglob("test_*.py")))


def missing(text: str) -> Iterator[str]:
	"""What is named in backticks as a module or a test, and is not there."""
	for code in CODE.findall(text):
		path, _, test = code.partition("::")
		if PATH.fullmatch(path):
			found = named(path)
			if not found or (test and test not in functions(found)):
				yield code
		elif TEST.fullmatch(code) and code not in every_test():
			yield code


def wrong_citations(text: str) -> Iterator[str]:
	"""Decisions that are cited and not there, or cited otherwise than as `ADR 0001`."""
	numbers = {path.name[:4] for path in DECISIONS}
	yield from (f"ADR {number}" for number in CITATION.findall(text) if number not in numbers)
	yield from OTHERWISE.findall(text)


def sources() -> list[Path]:
	"""Our own files that may cite a decision, but this one, which has wrong ones to find."""
	found = [
		path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js")
	]
	return [path for path in (*found, ROOT / "Makefile", ROOT / "pyproject.toml") if path != Path(__file__)]


def strangers(text: str) -> Iterator[str]:
	"""What is said to be in a module, and is not."""
	for path, names in IN_MODULE.findall(text):
		found = named(path)
		source = found.read_text() if found else ""
		yield from (
			f"{path}: {name}" for name in CODE.findall(names) if not re.search(rf"\b{name}\b", source)
		)


def rows(text: str) -> Iterator[tuple[str, ...]]:
	"""The lines of tables with three columns, without their heads."""
	for line in text.splitlines():
		cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
		if line.startswith("|") and len(cells) == 3 and cells[2] != "Test" and set(cells[2]) != {"-"}:
			yield cells


def test_what_the_threat_model_names_is_there() -> None:
	assert list(missing(THREATS.read_text())) == []


def test_each_threat_has_its_tests() -> None:
	found = list(rows(THREATS.read_text()))
	assert len(found) > 50
	assert [row[0] for row in found if not re.search(r"\btest_\w+\.py(::test_\w+)?`", row[2])] == []


def missing_in_ways(text: str) -> Iterator[str]:
	"""Modules in the tables of the ways that are not there. A name without a folder is in the folder of the one before."""
	for line in (line for line in text.splitlines() if line.startswith("|")):
		folder = ROOT
		for path in (code for code in CODE.findall(line) if code.endswith(".py")):
			found = named(path) or (folder / path if (folder / path).exists() else None)
			if found:
				folder = found.parent
			else:
				yield path


def section(text: str, heading: str) -> str:
	"""What stands below a heading of the second level."""
	return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("heading", ["One message in", "One reply out", "The house"])
def test_the_modules_of_a_way_are_there(heading: str) -> None:
	assert list(missing_in_ways(section(DEVELOPER.read_text(), heading))) == []


def test_the_modules_of_the_picture_are_there() -> None:
	labels = re.findall(r'\["([^"]+)"\]', section(DEVELOPER.read_text(), "The flow of a message"))
	modules = [path for label in labels for path in re.findall(r"[\w/]+(?:\.py|/)(?=<|,)", label)]
	assert len(modules) > 10
	assert [path for path in modules if not named(path)] == []


def test_the_ways_as_lists_name_what_is_there_now() -> None:
	blocks = re.findall(r", now:\n\n((?:    .*\n)+)", section(DEVELOPER.read_text(), "The ways as lists"))
	assert len(blocks) == 2
	modules = [module for block in blocks for module in re.findall(r"[\w/]+", block)]
	assert [module for module in modules if not named(f"{module}.py")] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_the_code_and_tests_of_a_decision_are_there(path: Path) -> None:
	text = path.read_text()
	places = PLACES.findall(text)
	assert len(places) == 2, "a decision says where it is in the code and which test holds it"
	assert [code for code in missing(text) if code not in FOREIGN] == []
	assert list(strangers(text)) == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_tells_problem_alternatives_and_what_follows(path: Path) -> None:
	assert tuple(re.findall(r"^\*\*(\w+)[.:]\*\*", path.read_text(), re.MULTILINE)) == PARTS


def test_each_decision_that_code_cites_is_there() -> None:
	found = {str(path.relative_to(ROOT)): list(wrong_citations(path.read_text())) for path in sources()}
	assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_each_decision_that_documentation_cites_is_there(path: Path) -> None:
	text = path.read_text()
	became = re.findall(r"^\*\*Status:\*\*.*?\n\n", text, re.MULTILINE | re.DOTALL)
	assert list(wrong_citations(text.replace(became[0], "") if became else text)) == []


def test_the_index_lists_each_decision() -> None:
	listed = re.findall(
		r"^\| \[\d{4}\]\(decisions/([\w-]+\.md)\)", (DOCS / "README.md").read_text(), re.MULTILINE
	)
	assert listed == [path.name for path in DECISIONS]


@pytest.mark.parametrize(
	"path",
	[ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))],
	ids=lambda path: path.name,
)
def test_links_lead_somewhere(path: Path) -> None:
	targets = LINK.findall(path.read_text())
	assert [target for target in targets if not (path.parent / target).exists()] == []


def test_each_picture_is_shown() -> None:
	pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
	shown = {Path(target).name for page in pages for target in LINK.findall(page.read_text())}
	assert [path.name for path in sorted((DOCS / "images").iterdir()) if path.name not in shown] == []


def test_the_order_of_layers_is_told_as_it_is() -> None:
	told = re.search(r"((?:^    [\w ()]+\n)+)", section(DEVELOPER.read_text(), "The house"), re.MULTILINE)
	assert told
	lines = [re.sub(r" \(.*\)", "", line.strip()) for line in told[1].splitlines()]
	assert lines == LAYERS.strip().splitlines()


@pytest.mark.parametrize(
	"text",
	[
		pytest.param("`inbound/media/gone.py`", id="a module"),
		pytest.param("`sandbox/gone/`", id="a folder"),
		pytest.param("`app/test_webhook.py::test_gone`", id="a test of a file"),
		pytest.param("`test_that_nobody_wrote`", id="a test"),
	],
)
def test_what_is_gone_is_found(text: str) -> None:
	assert list(missing(text))


@pytest.mark.parametrize("text", ["(ADR 0002)", "(ADR\n\t0012)"])
def test_a_citation_that_leads_somewhere(text: str) -> None:
	assert list(wrong_citations(text)) == []


@pytest.mark.parametrize("text", ["ADR 9999", "ADR 12", "see decision 12", "docs/decisions/0012"])
def test_a_citation_that_leads_nowhere_is_found(text: str) -> None:
	assert list(wrong_citations(text))


def test_what_left_a_module_is_found() -> None:
	assert list(strangers("`database.py` (`lock_row`, `lock_nothing`)")) == ["database.py: lock_nothing"]


def test_a_module_that_left_a_way_is_found() -> None:
	assert list(missing_in_ways("| step | `inbound/dispatch.py`, `order.py`, `gone.py` |")) == ["gone.py"]
