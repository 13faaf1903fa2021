"""The suite in several processes: what the process that was called says about all of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.embedded_only("a bench's site has one set of rows")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
	"""Another pytest of this checkout."""
	command = [sys.executable, "-m", "pytest", *arguments]
	return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)


def test_workers_refuse_to_share_a_site() -> None:
	refused = run("--site", "any.localhost", "-n", "2", "tests/rules/test_window.py")
	assert refused.returncode == pytest.ExitCode.USAGE_ERROR
	assert "without -n" in refused.stderr


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_the_last_lines_are_of_all_tests(workers: list[str]) -> None:
	files = ("tests/app/test_benchmarks.py", "tests/host/test_files.py")
	ended = run(*workers, *files)
	assert ended.returncode == 0, ended.stdout + ended.stderr
	passed, skipped = re.findall(r"^(\d+) passed, (\d+) skipped in ", ended.stdout, re.MULTILINE)[0]
	for file in files:
		assert re.search(rf"^{re.escape(file)} \(1\)  bench only: ", ended.stdout, re.MULTILINE)
	assert "embedded · sqlite " in ended.stdout
	assert f" · {passed} passed, {skipped} skipped\n" in ended.stdout
	assert int(skipped) == len(files)
