"""Every text that a user may see is extracted, and translated completely into every language of the app."""

import gettext
import io
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from tests import translations
from whatsapp_channel.cloud_api.errors import RULES

PLACEHOLDER = re.compile(r"\{\w*\}|%(?:\(\w+\))?[sd]|</?\w+>")
# A sentence stays a sentence, and what is joined to the text before or behind it stays apart.
EDGES = re.compile(r"^\s*|[.:?!…]?\s*$")

languages = pytest.mark.parametrize("path", translations.languages(), ids=lambda path: path.stem)


def ids(catalog: Catalog) -> set[str]:
	"""The English of every message; the header has none."""
	return {str(message.id) for message in catalog if message.id}


def translated(catalog: Catalog) -> dict[str, str]:
	"""English to translation, for what has one."""
	return {str(message.id): str(message.string) for message in catalog if message.id and message.string}


def advice(what: str, messages: Iterable[str]) -> str:
	"""What a failure says: the messages, and how to go on."""
	listed = "\n".join(f"  {message}" for message in sorted(messages))
	return f"{what}:\n{listed}\nRun `{translations.COMMAND}`, then translate what is empty in locale/*.po."


@pytest.fixture(scope="module")
def extracted() -> set[str]:
	return ids(translations.template())


@pytest.fixture(scope="module")
def occurrences() -> Counter[Path]:
	"""How many texts are found in each file: to look through all files takes a second."""
	return Counter(text.path for text in translations.texts())


@pytest.mark.parametrize(
	"text",
	[
		pytest.param("Only agents can do this.", id="a call in Python"),
		pytest.param("Phone Number ID: {0} is not an ID. It has digits only.", id="a formatted call"),
		pytest.param("{number} has no country code.", id="a marked constant in rules"),
		pytest.param("Needs Attention", id="a list indicator in JavaScript"),
		pytest.param("Copy", id="a call inside a template literal"),
		pytest.param("Ticket {0} is open.", id="a JavaScript call with values"),
		pytest.param("WhatsApp Channel", id="the name of a DocType"),
		pytest.param("Same Ticket Within", id="the label of a field"),
		pytest.param("The team that receives the messages", id="the description of a field"),
		pytest.param("Setup Incomplete", id="the first option of a Select"),
		pytest.param("Deactivated", id="the last option of a Select"),
		pytest.param("Agent Manager", id="the name of a role"),
	],
)
def test_extraction_finds(text: str, extracted: set[str]) -> None:
	assert text in extracted


# Babel counts an apostrophe in the HTML of a template literal as the start of a string, and finds nothing behind it.
@pytest.mark.parametrize("path", translations.scripts(), ids=lambda path: path.name)
def test_extraction_finds_every_call_of_a_script(path: Path, occurrences: Counter[Path]) -> None:
	calls = re.findall(r"\b__\(\s*[\"'`]", path.read_text())
	assert occurrences[path] == len(calls)


def test_extraction_leaves_out_the_sandbox(occurrences: Counter[Path]) -> None:
	assert not [path for path in occurrences if "sandbox" in path.parts]


def test_texts_of_the_error_table_are_translated_as_they_are_looked_up(extracted: set[str]) -> None:
	shown = {text for rule in RULES.values() for text in (rule.agent_text, rule.admin_text) if text}
	unknown = shown - extracted
	assert not unknown, advice("Not marked as one text (two marked texts were joined?)", unknown)


def test_the_template_has_every_text_of_the_sources(extracted: set[str]) -> None:
	missing = extracted - ids(translations.read(translations.TEMPLATE))
	assert not missing, advice("Missing in main.pot", missing)


def test_the_template_has_nothing_that_left_the_sources(extracted: set[str]) -> None:
	superfluous = ids(translations.read(translations.TEMPLATE)) - extracted
	assert not superfluous, advice("In main.pot only", superfluous)


@languages
def test_a_language_has_every_text_of_the_sources(path: Path, extracted: set[str]) -> None:
	missing = extracted - ids(translations.read(path))
	assert not missing, advice(f"Missing in {path.name}", missing)


@languages
def test_a_language_has_nothing_that_left_the_sources(path: Path, extracted: set[str]) -> None:
	catalog = translations.read(path)
	superfluous = ids(catalog) - extracted | {str(message.id) for message in catalog.obsolete.values()}
	assert not superfluous, advice(f"In {path.name} only", superfluous)


@languages
def test_every_message_is_translated_for_certain(path: Path) -> None:
	open_messages = {
		str(message.id)
		for message in translations.read(path)
		if message.id and (not str(message.string).strip() or message.fuzzy)
	}
	assert not open_messages, advice(f"Empty or fuzzy in {path.name}", open_messages)


@languages
@pytest.mark.parametrize("kept", [PLACEHOLDER, EDGES], ids=["placeholders", "edges"])
def test_translations_keep(kept: re.Pattern[str], path: Path) -> None:
	changed = {
		f"{text!r}\n    -> {translation!r}"
		for text, translation in translated(translations.read(path)).items()
		if Counter(kept.findall(text)) != Counter(kept.findall(translation))
	}
	assert not changed, advice(f"Changed in {path.name}", changed)


@languages
def test_a_language_compiles_to_what_it_says(path: Path) -> None:
	catalog, binary = translations.read(path), io.BytesIO()
	write_mo(binary, catalog)
	binary.seek(0)
	compiled = gettext.GNUTranslations(binary)
	expected = translated(catalog)
	assert expected
	assert {text: compiled.gettext(text) for text in expected} == expected


@languages
def test_running_the_command_again_changes_nothing(
	path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	(tmp_path / path.name).write_bytes(path.read_bytes())
	monkeypatch.setattr(translations, "LOCALE", tmp_path)
	monkeypatch.setattr(translations, "TEMPLATE", tmp_path / "main.pot")
	translations.main()
	first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
	translations.main()
	assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first
	assert set(first) == {path.name, "main.pot"}


def test_a_text_that_is_new_arrives_empty_and_one_that_left_goes() -> None:
	untranslated, present = Catalog(), Catalog(locale="pt_BR")
	for text in ("Kept", "Guessed", "New"):
		untranslated.add(text)
	present.add("Kept", "Mantido")
	present.add("Guessed", "Adivinhado", flags={"fuzzy"})
	present.add("Gone", "Removido")
	catalog = translations.translated(untranslated, present)
	assert {str(message.id): message.string for message in catalog if message.id} == {
		"Kept": "Mantido",
		"Guessed": "",
		"New": "",
	}
