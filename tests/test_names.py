"""Names of the app's files: each says alone what the file holds, and none is one that test runners collect."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "whatsapp_channel"
FILES = sorted(path.relative_to(APP) for path in APP.rglob("*.py"))

# Modules that share their file's name, each with the reason. Those of Frappe's DocTypes are named by Frappe.
SHARED = {
	"conversation.py": "api/ is called by its path from pages, and is named after what it is about",
}
# Called by this path from pages: api.onboarding.test_state is the state of the set-up's test message.
CALLED_FROM_PAGES = {"api/onboarding.py": {"test_state"}}


def shared(files: Iterable[Path]) -> dict[str, list[str]]:
	"""The file names that several modules have, with those modules; packages and DocTypes left out."""
	places = defaultdict(list)
	for path in files:
		if path.name not in ("__init__.py", "__main__.py") and "doctype" not in path.parts:
			places[path.name].append(path.as_posix())
	return {name: found for name, found in places.items() if len(found) > 1}


def collected(path: Path, text: str) -> set[str]:
	"""What pytest would take for a test where it finds the file or imports from it."""
	found = {path.name} if fnmatch(path.name, "test_*.py") or fnmatch(path.name, "*_test.py") else set()
	functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
	return found | {function.name for function in functions if function.name.startswith("test_")}


def test_no_two_modules_share_a_name_without_reason() -> None:
	assert {name: found for name, found in shared(FILES).items() if name not in SHARED} == {}


def test_each_reason_is_still_needed() -> None:
	assert set(SHARED) <= set(shared(FILES))


def test_nothing_looks_like_a_test() -> None:
	found = {path.as_posix(): collected(path, (APP / path).read_text()) for path in FILES}
	assert {path: names for path, names in found.items() if names} == CALLED_FROM_PAGES


def test_a_shared_name_is_found() -> None:
	assert shared([Path("rules/session.py"), Path("conversations/session.py")]) == {
		"session.py": ["rules/session.py", "conversations/session.py"]
	}


@pytest.mark.parametrize(
	("path", "text", "found"),
	[
		("onboarding/test_message.py", "", {"test_message.py"}),
		("onboarding/message_test.py", "", {"message_test.py"}),
		("onboarding/sample.py", "def test_state(): ...", {"test_state"}),
	],
)
def test_what_looks_like_a_test_is_found(path: str, text: str, found: set[str]) -> None:
	assert collected(Path(path), text) == found
