"""The three sentences of the design about who may import what, checked on every file of the app."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "whatsapp_channel"
FILES = sorted(APP.rglob("*.py"))
# DocTypes of Helpdesk, wherever a string names one.
HELPDESK_DOCTYPE = re.compile(r"\bHD [A-Z][a-z]+|tabHD ")
CONNECTING = {"httpx", "requests", "urllib", "urllib3", "http", "socket", "aiohttp"}
PARSING_ONLY = {"urllib.parse", "http.HTTPStatus"}


def folder(path: Path) -> str:
	"""The package of the app that a file is in; "" for its top level."""
	parts = path.relative_to(APP).parts
	return parts[0] if len(parts) > 1 else ""


def imported(path: Path) -> Iterator[str]:
	"""Dotted names of every import of a file, in functions too."""
	for node in ast.walk(ast.parse(path.read_text())):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom) and not node.level:
			yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(*packages: str) -> list[Path]:
	return [path for path in FILES if folder(path) in packages]


def label(path: Path) -> str:
	return str(path.relative_to(APP))


@pytest.mark.parametrize("path", files_of("rules", "cloud_api", "sandbox"), ids=label)
def test_rules_cloud_api_and_sandbox_know_no_frappe(path: Path) -> None:
	assert not [name for name in imported(path) if name.split(".")[0] in ("frappe", "helpdesk", "embedded")]


@pytest.mark.parametrize("path", files_of("rules"), ids=label)
def test_rules_use_nothing_of_the_app_but_the_words_of_cloud_api(path: Path) -> None:
	ours = [name for name in imported(path) if name.startswith("whatsapp_channel.")]
	words = tuple(f"whatsapp_channel.cloud_api.{module}." for module in ("content", "errors", "wire"))
	assert not [name for name in ours if not name.startswith(("whatsapp_channel.rules.", *words))]


def strings(path: Path) -> Iterator[str]:
	"""String constants of a file but for docstrings, which may explain."""
	tree = ast.parse(path.read_text())
	documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
	docstrings = {
		id(node.body[0].value)
		for node in ast.walk(tree)
		if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
	}
	for node in ast.walk(tree):
		if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
			yield node.value


# The override hooks of Frappe are keyed by DocType: hooks.py cannot but name the one that we extend.
OUTSIDE_HELPDESK = [path for path in FILES if folder(path) != "helpdesk" and label(path) != "hooks.py"]


@pytest.mark.parametrize("path", OUTSIDE_HELPDESK, ids=label)
def test_only_the_helpdesk_package_names_helpdesks_doctypes(path: Path) -> None:
	assert not [text for text in strings(path) if HELPDESK_DOCTYPE.search(text)]
	assert not [name for name in imported(path) if name.split(".")[0] == "helpdesk"]


# The health page asks the site's own address, as Meta would; it is told no other.
CONNECTS = ("cloud_api/client.py", "health/own_site.py")
TO_META = [path for path in FILES if folder(path) != "sandbox" and label(path) not in CONNECTS]


@pytest.mark.parametrize("path", TO_META, ids=label)
def test_only_the_client_opens_connections(path: Path) -> None:
	names = {name for name in imported(path) if name.split(".")[0] in CONNECTING}
	if folder(path) == "cloud_api":
		# Its other files name the types and exceptions of httpx, and call nothing of it that connects.
		names = {name for name in names if name.split(".")[0] != "httpx"}
		assert not httpx_calls(path) & {
			"Client",
			"AsyncClient",
			"get",
			"post",
			"request",
			"stream",
			"HTTPTransport",
		}
	assert not [name for name in names if not name.startswith(tuple(PARSING_ONLY))]


def httpx_calls(path: Path) -> set[str]:
	"""Names of what a file calls as httpx.NAME(...)."""
	called = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
	return {
		func.attr
		for func in called
		if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "httpx"
	}


@pytest.mark.parametrize("path", FILES, ids=label)
def test_the_app_never_imports_the_embedded_host(path: Path) -> None:
	assert not [name for name in imported(path) if name.split(".")[0] in ("embedded", "tests")]
