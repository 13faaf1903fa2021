"""The scripts and style sheets of the pages: one style, one way to the server, one set of colours, either direction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "whatsapp_channel"
PUBLIC = APP / "public"
DEMO = ROOT / "embedded" / "desk" / "page"
SANDBOX = APP / "sandbox"
COMPONENTS = PUBLIC / "js" / "components"
SCRIPTS = sorted([*APP.rglob("*.js"), *DEMO.glob("*.js")])
MODULES = sorted([*(PUBLIC / "js").rglob("*.js"), *DEMO.glob("*.js"), *(SANDBOX / "page").glob("*.js")])
STYLES = sorted([*PUBLIC.rglob("*.css"), *DEMO.glob("*.css"), *SANDBOX.rglob("*.css")])

DECLARED = re.compile(
	r"\b(?:function|const|let|var|class)\s+(\w+)|^\t(?:async |static |get |set )*(\w+)\(.*\) \{$", re.M
)
SNAKE = re.compile(r"^[a-z0-9]+_\w+$")
IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";', re.M)
# What a server's answer is sorted by does not count: these put something at one side of the page.
PHYSICAL = re.compile(
	r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin)-(?:left|right|top|bottom)\b[^:;{]*"
	r"|left|right|top|bottom|text-align|float|clear)\s*:\s*[^;]+;"
)
LOGICAL_VALUE = re.compile(r":\s*(?:start|end|center|justify|inline-start|inline-end|both);")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
BUNDLE = re.compile(r"whatsapp_\w+\.bundle\.(?:css|js)")


def name(path: Path) -> str:
	"""A file as it is called in the list of tests."""
	return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_own_names_are_camel_case(path: Path) -> None:
	"""Frappe's own style; what the server knows (fields, arguments) is written as there and is not declared here."""
	methods_of_frappe = "whatsapp_channel/whatsapp_channel/" in path.as_posix() or "frappe_" in path.name
	declared = [
		function or method
		for function, method in DECLARED.findall(path.read_text())
		if function or not methods_of_frappe
	]
	assert [each for each in declared if SNAKE.match(each)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_a_module_imports_is_exported_there(path: Path) -> None:
	for names, address in IMPORT.findall(path.read_text()):
		found = _file(path, address)
		assert found.is_file(), address
		exported = set(
			re.findall(r"^export (?:async )?(?:function|class|const) ([\w$]+)", found.read_text(), re.M)
		)
		wanted = {each.split(" as ")[0].strip() for each in names.split(",") if each.strip()}
		assert wanted - exported == set(), address


def _file(path: Path, address: str) -> Path:
	for prefix, folder in (("/assets/whatsapp_channel/", PUBLIC), ("/desk/", DEMO)):
		if address.startswith(prefix):
			return folder / address.removeprefix(prefix)
	if address == "./components/dom.js" and path.parent == SANDBOX / "page":
		return COMPONENTS / "dom.js"  # the sandbox serves it under its own address
	return (path.parent / address).resolve()


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.js")), ids=name)
def test_components_know_no_page(path: Path) -> None:
	used = {_file(path, address) for _names, address in IMPORT.findall(path.read_text())}
	assert {each for each in used if each.parent != COMPONENTS} <= {PUBLIC / "js" / "text.js"}


def test_the_elements_need_no_other_module() -> None:
	"""The sandbox serves this file alone."""
	assert IMPORT.findall((COMPONENTS / "dom.js").read_text()) == []


def test_one_way_to_the_server() -> None:
	"""What every page needs (errors in words, a lost connection) is told in one place."""
	scripts = [*(PUBLIC / "js").rglob("*.js"), *DEMO.glob("*.js")]
	asking = {name(path) for path in scripts if re.search(r"\b(?:fetch\(|XMLHttpRequest)", path.read_text())}
	# The demo reads a file about itself, which no method of the site tells.
	assert asking == {"whatsapp_channel/public/js/http.js", "embedded/desk/page/session.js"}


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_have_no_left_and_right(path: Path) -> None:
	styles = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
	physical = [each.group() for each in PHYSICAL.finditer(styles)]
	assert [each for each in physical if not LOGICAL_VALUE.search(each)] == []


@pytest.mark.parametrize("path", [*PUBLIC.rglob("*.css"), DEMO / "desk.css"], ids=name)
def test_colours_are_variables_of_one_sheet(path: Path) -> None:
	"""So that a theme changes all of them. White stands on a coloured ground, and black darkens one."""
	lines = path.read_text().splitlines()
	own = [line.strip() for line in lines if set(COLOUR.findall(line)) - {"#fff", "#000"}]
	assert [line for line in own if not line.startswith("--wac-") or "components" not in path.name] == []


def _users_of_bundles() -> Iterator[Path]:
	yield from (APP / "whatsapp_channel" / "page").rglob("*.js")
	yield from (APP / "whatsapp_channel" / "doctype").rglob("*.js")
	yield from DEMO.glob("*.html")
	yield APP / "desk.py"


@pytest.mark.parametrize("path", sorted(_users_of_bundles()), ids=name)
def test_bundles_that_a_page_loads_are_there(path: Path) -> None:
	present = {each.name for each in PUBLIC.rglob("*.bundle.*")}
	assert set(BUNDLE.findall(path.read_text())) <= present
