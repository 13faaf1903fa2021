"""The end of a job's time passes through every `except` of the app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "whatsapp_channel"
BROAD = {"Exception", "BaseException"}
HANDED_ON = {
	"health/deadline.py": "the thread hands it to the one who waits, who raises it",
	"logs.py": "a job that is out of time ends with an error of the same class, without what it was about",
}


def sources() -> list[Path]:
	return [path for path in sorted(APP.rglob("*.py")) if "sandbox" not in path.relative_to(APP).parts]


def names(kind: ast.expr | None) -> set[str]:
	"""The exceptions that a handler names; without any it takes all."""
	if kind is None:
		return {"BaseException"}
	return {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)} | {
		node.attr for node in ast.walk(kind) if isinstance(node, ast.Attribute)
	}


def passes_on(handler: ast.ExceptHandler) -> bool:
	last = handler.body[-1]
	return isinstance(last, ast.Raise) and last.exc is None


def swallowing(tree: ast.AST) -> Iterator[int]:
	"""The lines of what would keep the end of the time from who waits for it."""
	for node in ast.walk(tree):
		if isinstance(node, ast.Call) and "suppress" in names(node.func) and BROAD & names(node):
			yield node.lineno
		if not isinstance(node, ast.Try):
			continue
		for handler in node.handlers:
			if "OutOfTime" in names(handler.type) and passes_on(handler):
				break
			if BROAD & names(handler.type) and not passes_on(handler):
				yield handler.lineno


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(APP)))
def test_no_handler_swallows_the_end_of_a_jobs_time(path: Path):
	found = list(swallowing(ast.parse(path.read_text())))
	assert not found or str(path.relative_to(APP)) in HANDED_ON, f"lines {found}: see timeouts.py"


SEEN = {
	"blind": ("try:\n\tx()\nexcept Exception:\n\tpass", True),
	"bare": ("try:\n\tx()\nexcept:\n\tpass", True),
	"among others": ("try:\n\tx()\nexcept (KeyError, Exception):\n\tpass", True),
	"base": ("try:\n\tx()\nexcept BaseException:\n\tpass", True),
	"suppressed": ("with contextlib.suppress(Exception):\n\tx()", True),
	"passing at times": ("try:\n\tx()\nexcept Exception:\n\tif y:\n\t\traise", True),
	"let pass too late": ("try:\n\tx()\nexcept Exception:\n\tpass\nexcept OutOfTime:\n\traise", True),
	"kept before": ("try:\n\tx()\nexcept OutOfTime:\n\tpass\nexcept Exception:\n\tpass", True),
	"let pass": ("try:\n\tx()\nexcept OutOfTime:\n\traise\nexcept Exception:\n\tpass", False),
	"passed on": ("try:\n\tx()\nexcept Exception:\n\tundo()\n\traise", False),
	"narrow": ("try:\n\tx()\nexcept ValueError:\n\tpass", False),
}


@pytest.mark.parametrize(("source", "swallows"), SEEN.values(), ids=SEEN.keys())
def test_what_counts_as_swallowing(source: str, swallows: bool):
	assert bool(list(swallowing(ast.parse(source)))) is swallows
