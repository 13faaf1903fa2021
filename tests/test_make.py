"""What `make` relies on: a machine that can, requirements with a least version, an audit that never takes silence for an answer."""

import re
from pathlib import Path
from typing import Any

import pytest

from embedded.fitness import lack
from tests.audit import least, read, requirements, told

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.parametrize(
	("version", "has_venv", "words"),
	[
		((3, 10), True, None),
		((3, 14), True, None),
		((3, 9), True, "make demo PYTHON="),
		((3, 9), False, "make demo PYTHON="),
		((3, 12), False, "apt-get install python3.12-venv"),
	],
	ids=["the oldest", "a new one", "too old", "too old, without venv", "Debian without python3-venv"],
)
def test_what_a_machine_lacks_is_said_in_one_line(
	version: tuple[int, int], has_venv: bool, words: str | None
) -> None:
	said = lack(version, has_venv)
	assert said is None if words is None else (words in said and "\n" not in said)


@pytest.mark.parametrize(
	("target", "extras"),
	[
		("demo", "embedded"),
		("demo-check", "embedded"),
		("test", "embedded,test"),
		("images", "embedded,test"),
		("lint", "dev"),
		("audit", "audit"),
	],
)
def test_a_command_installs_what_it_needs_and_nothing_else(target: str, extras: str) -> None:
	(named,) = re.findall(rf"^{target}: \$\(VENV\)/\.has-(\S+)", MAKEFILE, re.MULTILINE)
	assert named == extras


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_commands_that_a_page_names_are_there(page: str) -> None:
	named = set(re.findall(r"^    make ([\w-]+)", (ROOT / page).read_text(), re.MULTILINE))
	assert "test" in named
	assert named <= set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", ".github/ISSUE_TEMPLATE/bug.md"])
def test_who_reports_a_bug_is_asked_for_the_doctors_report(page: str) -> None:
	(command,) = set(re.findall(r"bench --site SITE ([\w-]+)", (ROOT / page).read_text()))
	assert f'@click.command("{command}")' in (ROOT / "whatsapp_channel" / "commands.py").read_text()


# -- requirements ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", requirements())
def test_a_requirement_names_its_least_version(requirement: str) -> None:
	assert "==" in least(requirement)


@pytest.mark.parametrize(
	("requirement", "pin"),
	[("werkzeug>=3.1.9,<4", "werkzeug==3.1.9"), ("bleach[css]>=6.4", "bleach==6.4")],
)
def test_the_least_version(requirement: str, pin: str) -> None:
	assert least(requirement) == pin


def test_a_requirement_of_any_version_is_found() -> None:
	with pytest.raises(ValueError, match="from which version"):
		least("types-beautifulsoup4")


@pytest.mark.parametrize("place", [".ci/run", "docs/developer.md"])
def test_what_a_bench_is_given_is_what_the_tests_ask_for(place: str) -> None:
	given = re.findall(r'"((?:pytest|hypothesis|playwright)>=[^"]+)"', (ROOT / place).read_text())
	assert len(given) == 3
	assert set(given) <= set(requirements())


# -- the audit -------------------------------------------------------------------------------------------------------

CLEAN = {"name": "segno", "version": "1.6.0", "vulns": []}
HOLE = {"id": "PYSEC-2099-1", "aliases": ["CVE-2099-1"], "fix_versions": ["3.0.1"]}
HOLED = {"name": "werkzeug", "version": "3.0.0", "vulns": [HOLE]}
UNMENDED = {"name": "bleach", "version": "6.4.0", "vulns": [{**HOLE, "fix_versions": []}]}
UNKNOWN = {"name": "httpx", "skip_reason": "not found"}


@pytest.mark.parametrize(
	("packages", "code", "words"),
	[
		([CLEAN], 0, "1 packages, no known hole"),
		([CLEAN, HOLED], 1, "werkzeug 3.0.0: PYSEC-2099-1 = CVE-2099-1, mended in 3.0.1"),
		([UNMENDED], 1, "mended in no version"),
		([CLEAN, UNKNOWN], 2, "NOT CHECKED, the index told nothing of httpx."),
		([HOLED, UNKNOWN], 1, "NOT CHECKED"),
	],
	ids=["clean", "a hole", "a hole that nobody mends", "not looked up", "both"],
)
def test_what_an_audit_tells(packages: list[dict[str, Any]], code: int, words: str) -> None:
	found, lines = told("installed", read({"dependencies": packages}))
	assert (found, words in "\n".join(lines)) == (code, True)


def test_no_answer_is_not_taken_for_a_clean_one() -> None:
	code, lines = told("installed", None)
	assert (code, "NOT CHECKED" in lines[0]) == (2, True)
