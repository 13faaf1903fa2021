"""Who may know frappe, Helpdesk's DocTypes and the network (ADR 0062), checked on every file of the app at once."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "whatsapp_channel"
FILES = sorted(APP.rglob("*.py"))
# DocTypes of Helpdesk, wherever a string names one.
HELPDESK_DOCTYPE = re.compile(r"\bHD [A-Z][a-z]+|tabHD ")
CONNECTING = {"httpx", "requests", "urllib", "urllib3", "http", "socket", "aiohttp"}
PARSING_ONLY = {"urllib.parse", "http.HTTPStatus"}
HTTPX_CONNECTS = {"Client", "AsyncClient", "get", "post", "request", "stream", "HTTPTransport"}


def folder(path: Path) -> str:
	"""The package of the app that a file is in; "" for its top level."""
	parts = path.relative_to(APP).parts
	return parts[0] if len(parts) > 1 else ""


@cache
def parsed(path: Path) -> ast.Module:
	return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
	"""Dotted names of every import of a file, in functions too."""
	for node in ast.walk(parsed(path)):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom) and not node.level:
			yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(*packages: str) -> list[Path]:
	return [path for path in FILES if folder(path) in packages]


def label(path: Path) -> str:
	return str(path.relative_to(APP))


def offenders(paths: list[Path], wrong: Callable[[Path], Iterable[str]]) -> list[str]:
	"""`file: what is wrong in it` for each fault that `wrong` finds in some files, of which there must be any."""
	assert paths
	return [f"{label(path)}: {name}" for path in paths for name in wrong(path)]


def importing(*packages: str) -> Callable[[Path], Iterator[str]]:
	"""Finds the imports of these packages and of what is in them."""
	return lambda path: (name for name in imported(path) if name.split(".")[0] in packages)


def test_rules_cloud_api_and_sandbox_know_no_frappe() -> None:
	without = files_of("rules", "cloud_api", "sandbox")
	assert offenders(without, importing("frappe", "helpdesk", "embedded")) == []


def test_rules_use_nothing_of_the_app_but_the_words_of_cloud_api() -> None:
	words = tuple(f"whatsapp_channel.cloud_api.{module}." for module in ("content", "errors", "payload"))
	allowed = ("whatsapp_channel.rules.", "whatsapp_channel.sentences.", *words)

	def others(path: Path) -> list[str]:
		return [name for name in importing("whatsapp_channel")(path) if not name.startswith(allowed)]

	assert offenders(files_of("rules"), others) == []


def strings(path: Path) -> Iterator[str]:
	"""String constants of a file but for docstrings, which may explain."""
	tree = parsed(path)
	documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
	docstrings = {
		id(node.body[0].value)
		for node in ast.walk(tree)
		if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
	}
	for node in ast.walk(tree):
		if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
			yield node.value


# What is laid over Helpdesk names it, and so does hooks.py, whose override hooks are keyed by DocType.
OUTSIDE_HELPDESK = [
	path for path in FILES if folder(path) not in ("helpdesk", "overrides") and label(path) != "hooks.py"
]


def test_only_the_helpdesk_package_names_helpdesks_doctypes() -> None:
	assert offenders(OUTSIDE_HELPDESK, lambda path: filter(HELPDESK_DOCTYPE.search, strings(path))) == []
	assert offenders(OUTSIDE_HELPDESK, importing("helpdesk")) == []


# The health page asks the site's own address, as Meta would; it is told no other.
CONNECTS = ("cloud_api/client.py", "health/own_site.py")
TO_META = [path for path in FILES if folder(path) != "sandbox" and label(path) not in CONNECTS]


def test_only_the_client_opens_connections() -> None:
	assert offenders(TO_META, connections) == []


def connections(path: Path) -> set[str]:
	"""What a file imports or calls to connect."""
	names = {name for name in importing(*CONNECTING)(path) if not name.startswith(tuple(PARSING_ONLY))}
	if folder(path) != "cloud_api":
		return names
	# Its other files name the types and exceptions of httpx, and call nothing of it that connects.
	return {name for name in names if name.split(".")[0] != "httpx"} | httpx_calls(path) & HTTPX_CONNECTS


def httpx_calls(path: Path) -> set[str]:
	"""Names of what a file calls as httpx.NAME(...)."""
	called = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
	return {
		func.attr
		for func in called
		if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "httpx"
	}


def test_the_app_never_imports_the_embedded_host() -> None:
	assert offenders(FILES, importing("embedded", "tests")) == []


# No test imports the benchmarks, so a module that moved would be noticed only when somebody runs one.
BENCHMARKS = sorted((APP.parent / "benchmarks").glob("*.py"))


@cache
def defined(path: Path) -> frozenset[str]:
	"""Names at the top level of a file."""
	nodes = parsed(path).body
	found = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
	targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
	found |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
	found |= {
		node.target.id for node in nodes if isinstance(node, ast.AnnAssign) if hasattr(node.target, "id")
	}
	imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
	return frozenset(found | {alias.asname or alias.name for node in imports for alias in node.names})


def is_there(dotted: str) -> bool:
	"""Whether a dotted name of the app is a module, or a name in one."""
	path = APP.parent.joinpath(*dotted.split("."))
	if path.with_suffix(".py").exists() or (path / "__init__.py").exists():
		return True
	files = (path.parent.with_suffix(".py"), path.parent / "__init__.py")
	return any(path.name in defined(file) for file in files if file.exists())


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.name)
def test_what_the_benchmarks_import_is_there(path: Path) -> None:
	assert [
		name for name in imported(path) if name.startswith("whatsapp_channel.") and not is_there(name)
	] == []


@pytest.mark.parametrize(
	"name", ["whatsapp_channel.sandbox.model.Settings", "whatsapp_channel.outbound.status"]
)
def test_an_import_of_what_is_gone_is_found(name: str) -> None:
	assert not is_there(name)
