"""`python -m tests.audit`: known holes in what is installed here, and in the least versions that pyproject.toml admits.

Exit code 0: none. 1: there is one. 2: something could not be checked. pip-audit, which asks the package index, counts
what it could not look up as free of holes; here that is no answer.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
	import tomllib
else:
	import tomli as tomllib

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
LEAST = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?>=(?P<version>[\w.]+)")


@dataclass(frozen=True, slots=True)
class Report:
	"""What is known about some packages: those that were looked up, lines about holes, names that were not looked up."""

	checked: int
	holes: tuple[str, ...]
	unknown: tuple[str, ...]


def requirements() -> list[str]:
	"""Every requirement of pyproject.toml as it stands there: of the app, its extras, and its build."""
	told = tomllib.loads(PYPROJECT.read_text())
	extras = told["project"]["optional-dependencies"].values()
	return [
		*told["build-system"]["requires"],
		*told["project"]["dependencies"],
		*(each for extra in extras for each in extra),
	]


def least(requirement: str) -> str:
	"""The least version that a requirement admits, as a pin. Raises ValueError where it names none."""
	if not (found := LEAST.match(requirement)):
		raise ValueError(f"{requirement}: from which version on?")
	return f"{found['name']}=={found['version']}"


def read(told: Mapping[str, Any]) -> Report:
	"""What pip-audit found, from its JSON."""
	packages = told["dependencies"]
	looked_up = [package for package in packages if "version" in package]
	holes = [_hole(package, each) for package in looked_up for each in package["vulns"]]
	unknown = [package["name"] for package in packages if "version" not in package]
	return Report(len(looked_up), tuple(holes), tuple(unknown))


def _hole(package: Mapping[str, Any], hole: Mapping[str, Any]) -> str:
	names = " = ".join([hole["id"], *hole.get("aliases", [])])
	return f"{package['name']} {package['version']}: {names}, mended in {', '.join(hole['fix_versions']) or 'no version'}"


def told(what: str, report: Report | None) -> tuple[int, list[str]]:
	"""Exit code and lines about a set of packages; None: pip-audit gave no answer at all."""
	if report is None:
		return 2, [f"{what}: NOT CHECKED. pip-audit gave no answer; its own words are above."]
	lines = [f"{what}: {line}" for line in report.holes]
	if report.unknown:
		lines.append(f"{what}: NOT CHECKED, the index told nothing of {', '.join(report.unknown)}.")
	code = 1 if report.holes else 2 if report.unknown else 0
	return code, lines or [f"{what}: {report.checked} packages, no known hole."]


def ask(pins: Iterable[str]) -> Report | None:
	"""Asks pip-audit about exact versions; None when it breaks off, for example without a network."""
	with tempfile.TemporaryDirectory() as folder:
		asked, answer = Path(folder, "pins.txt"), Path(folder, "answer.json")
		asked.write_text("\n".join(pins))
		options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json")
		command = (sys.executable, "-m", "pip_audit", "-r", str(asked), *options, "-o", str(answer))
		done = subprocess.run(command, capture_output=True, text=True)
		if not answer.exists():
			print("\n".join(done.stderr.splitlines()[-3:]))
			return None
		return read(json.loads(answer.read_text()))


def installed() -> list[str]:
	"""What is installed beside this Python, as pins."""
	command = (sys.executable, "-m", "pip", "freeze", "--exclude-editable")
	return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def main() -> int:
	"""Prints what is known and returns the exit code: a hole outweighs what could not be checked."""
	codes = set()
	for what, pins in (
		("installed", installed()),
		("least versions", [least(each) for each in requirements()]),
	):
		code, lines = told(what, ask(pins))
		print("\n".join(lines))
		codes.add(code)
	return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
	sys.exit(main())
