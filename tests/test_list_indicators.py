"""List indicators read only fields that the list loads: Frappe loads the columns, `status`, and what is asked for."""

import json
import re
from pathlib import Path

import pytest

DOCTYPES = Path(__file__).parents[1] / "whatsapp_channel" / "whatsapp_channel" / "doctype"
LISTS = sorted(DOCTYPES.glob("*/*_list.js"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_an_indicator_reads_only_what_the_list_loads(path: Path) -> None:
	script = path.read_text()
	meta = json.loads((path.parent / f"{path.parent.name}.json").read_text())
	columns = {field["fieldname"] for field in meta["fields"] if field.get("in_list_view")}
	asked = re.search(r"add_fields: \[(.*?)\]", script)
	loaded = columns | {"name", "status"} | set(re.findall(r'"(\w+)"', asked[1] if asked else ""))
	assert set(re.findall(r"\bdoc\.(\w+)", script)) <= loaded


def test_there_are_lists() -> None:
	assert LISTS


def colours(path: Path) -> dict[str, str]:
	"""The statuses of channels with their colours, as a script has them."""
	table = re.search(r"(?:COLOURS|colours) = \{(.*?)\}", path.read_text(), re.DOTALL)
	assert table
	return {name.strip('"'): colour for name, colour in re.findall(r'("[^"]+"|\w+): "(\w+)"', table[1])}


def test_a_channel_has_the_same_colour_in_its_list_and_in_the_workspace() -> None:
	"""The desk's list is no module: it cannot import what the pages use."""
	page = DOCTYPES.parents[1] / "public" / "js" / "channels" / "status.js"
	listed = colours(DOCTYPES / "whatsapp_channel" / "whatsapp_channel_list.js")
	assert colours(page) == listed
	assert len(listed) == 7
