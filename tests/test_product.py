"""The table of what the product promises is complete, and what it names is there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_docs import CODE, ROOT, functions, named

TABLE = ROOT / "docs" / "product.md"
NUMBERS = [f"Z{number}" for number in range(1, 43)]
HEAD = "| # | Rule | Where | Tests | State |"
STATES = ("There", "In part: ", "Not there yet")
# Not the end of a range of letters in a pattern.
CITATION = re.compile(r"(?<![\w-])Z\d+\b")
SOURCES = ("whatsapp_channel", "embedded", "tests", "benchmarks", "docs")
KINDS = (".py", ".js", ".md", ".json", ".html")


@dataclass(frozen=True)
class Rule:
	"""A line of the table; `where` and `tests` are what stands there in backticks."""

	number: str
	text: str
	where: tuple[str, ...]
	tests: tuple[str, ...]
	state: str

	@property
	def is_held(self) -> bool:
		"""Whether something of it is there."""
		return not self.state.startswith("Not there yet")


def rules(text: str) -> list[Rule]:
	"""The lines of the table of rules."""
	_, table = text.split(HEAD + "\n")
	found = []
	for line in table.splitlines()[1:]:
		number, rule, where, tests, state = (cell.strip() for cell in line.strip("|").split(" | "))
		found.append(Rule(number, rule, tuple(CODE.findall(where)), tuple(CODE.findall(tests)), state))
	return found


def problems(rule: Rule) -> Iterator[str]:
	"""What is wrong with a line, in words."""
	if not rule.state.startswith(STATES):
		yield f"{rule.number}: the state is none of {STATES}"
	if rule.is_held and not (rule.where and rule.tests):
		yield f"{rule.number}: a rule that holds names its modules and its tests"
	yield from (f"{rule.number}: {path} is not there" for path in rule.where if not named(path))
	yield from (f"{rule.number}: {test} is no test" for test in rule.tests if not _is_test(test))


def _is_test(test: str) -> bool:
	file, _, name = test.partition("::")
	path = ROOT / file
	return path.name.startswith("test_") and path.is_file() and (not name or name in functions(path))


def cited(text: str) -> set[str]:
	"""The numbers of rules in a text."""
	return set(CITATION.findall(text))


def sources() -> Iterator[Path]:
	"""Our own files that may cite a rule, but this one, which has a wrong number to find."""
	found = (path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.suffix in KINDS)
	yield from (path for path in (*found, *ROOT.glob("*.md")) if path != Path(__file__))


def test_every_number_has_its_line() -> None:
	assert [rule.number for rule in rules(TABLE.read_text())] == NUMBERS


@pytest.mark.parametrize("rule", rules(TABLE.read_text()), ids=lambda rule: rule.number)
def test_what_a_line_names_is_there(rule: Rule) -> None:
	assert list(problems(rule)) == []


def test_each_rule_that_is_cited_has_a_line() -> None:
	found = {str(path.relative_to(ROOT)): cited(path.read_text()) - set(NUMBERS) for path in sources()}
	assert {path: wrong for path, wrong in found.items() if wrong} == {}


LINE = "| Z2 | A rule | `outbound/gate.py` | `tests/test_product.py` | There |"


@pytest.mark.parametrize(
	("old", "new"),
	[
		pytest.param("`outbound/gate.py`", "`outbound/gone.py`", id="a module"),
		pytest.param("`tests/test_product.py`", "`tests/test_gone.py`", id="a file of tests"),
		pytest.param("`tests/test_product.py`", "`tests/test_product.py::test_gone`", id="a test"),
		pytest.param("`tests/test_product.py`", "`tests/conftest.py`", id="a file that has no tests"),
		pytest.param("`tests/test_product.py`", "", id="no test at all"),
		pytest.param("There |", "Soon |", id="an unknown state"),
	],
)
def test_a_wrong_line_is_found(old: str, new: str) -> None:
	(right,) = rules(f"{HEAD}\n|---|---|---|---|---|\n{LINE}")
	(wrong,) = rules(f"{HEAD}\n|---|---|---|---|---|\n{LINE.replace(old, new)}")
	assert list(problems(right)) == []
	assert list(problems(wrong))


@pytest.mark.parametrize(
	("text", "numbers"),
	[
		pytest.param("(Z32, Z34)", {"Z32", "Z34"}, id="two"),
		pytest.param("Z99", {"Z99"}, id="one that has no line"),
		pytest.param("[A-Za-z0-9] and [A-Z0-9]", set(), id="a range of letters"),
	],
)
def test_citations_are_read(text: str, numbers: set[str]) -> None:
	assert cited(text) == numbers
