"""What a page of the internet, or somebody with an old password, gets out of a sandbox: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.credentials import TOKEN
from tests.files import PNG
from whatsapp_channel.sandbox import Config, Customer, Running, Sandbox
from whatsapp_channel.sandbox.hosts import is_own

SECRETS = ("app_secret", "verify_token", "token")
PATHS = ("/", "/sandbox/state", "/signup/dialog", "/en_US/sdk.js", "/v25.0/debug_token", "/nothing")
FOREIGN = ("attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example", "10.0.0.5", "")


# Credentials


def test_each_sandbox_has_credentials_of_its_own() -> None:
	made = [Config() for _ in range(3)]
	values = {getattr(config, name) for config in made for name in SECRETS}
	assert len(values) == 9
	assert min(len(value) for value in values) >= 32


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
	processes: list[subprocess.Popen[str]] = []
	yield processes
	for process in processes:
		process.send_signal(signal.SIGTERM)
		process.communicate(timeout=10)


def shown(process: subprocess.Popen[str]) -> tuple[dict[str, str], dict[str, str]]:
	"""Credentials as the console shows them, and as the phone page reads them."""
	assert process.stdout is not None
	rows: dict[str, str] = {}
	for line in iter(process.stdout.readline, ""):
		label, _, value = line.strip().partition("  ")
		rows[label] = value.strip()
		if "Stop with" in line:
			break
	told = {
		"app_secret": rows["App secret"],
		"verify_token": rows["Verify token"],
		"token": rows["Access token"],
	}
	config = httpx.get(f"{rows['Graph API base URL']}/sandbox/state").json()["config"]
	return told, {name: config[name] for name in SECRETS}


@pytest.mark.parametrize(
	("options", "variables", "expected"),
	[
		([], {}, {}),
		(["--app-secret", "by-option"], {}, {"app_secret": "by-option"}),
		([], {"WHATSAPP_SANDBOX_VERIFY_TOKEN": "by-variable"}, {"verify_token": "by-variable"}),
		(["--token", "by-option"], {"WHATSAPP_SANDBOX_TOKEN": "by-variable"}, {"token": "by-option"}),
		([], {"WHATSAPP_SANDBOX_TOKEN": ""}, {}),
	],
	ids=["made up", "option", "variable", "option before variable", "empty variable"],
)
def test_the_command_shows_what_it_made_up_or_was_given(
	started: list[subprocess.Popen[str]],
	options: list[str],
	variables: dict[str, str],
	expected: dict[str, str],
) -> None:
	command = [sys.executable, "-m", "whatsapp_channel.sandbox", "--port", "0", *options]
	environment = {
		name: value for name, value in os.environ.items() if not name.startswith("WHATSAPP_SANDBOX")
	}
	for _ in range(2):
		started.append(
			subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**environment, **variables})
		)
	(first, read), (second, _) = map(shown, started)
	assert first == read
	for name in SECRETS:
		if name in expected:
			assert first[name] == second[name] == expected[name]
		else:
			assert first[name] != second[name]
			assert len(first[name]) >= 32


# Host


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", FOREIGN, ids=lambda host: host or "none")
def test_another_name_is_misdirected(server: Running, host: str, path: str) -> None:
	answer = httpx.get(f"{server.url}{path}", headers={"Host": host})
	assert answer.status_code == 421
	assert TOKEN not in answer.text


def test_another_name_changes_nothing(server: Running, sandbox: Sandbox) -> None:
	body = {"wa_id": "+14155550123", "name": "Ada"}
	headers = {"Host": f"attacker.example:{server.port}"}
	assert httpx.post(f"{server.url}/sandbox/customers", json=body, headers=headers).status_code == 421
	assert sandbox.customers == {}
	assert not sandbox.requests


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LocalHost", "127.8.9.1", "[::1]"])
def test_names_of_this_computer(server: Running, name: str) -> None:
	headers = {"Host": f"{name}:{server.port}"}
	assert httpx.get(f"{server.url}/sandbox/state", headers=headers).status_code == 200


@pytest.mark.parametrize(
	("host", "bound", "own"),
	[
		("sandbox:8090", "sandbox", True),
		("Sandbox", "sandbox", True),
		("other:8090", "sandbox", False),
		("192.168.1.5:8090", "192.168.1.5", True),
		("192.168.1.6:8090", "192.168.1.5", False),
		("192.168.1.5:8090", "0.0.0.0", True),
		("[2001:db8::1]:8090", "::", True),
		("attacker.example:8090", "0.0.0.0", False),
		("attacker.example", "", False),
		("user@localhost", "127.0.0.1", True),
		("localhost@attacker.example", "127.0.0.1", False),
		("[::1", "127.0.0.1", False),
		("localhost.", "127.0.0.1", True),
	],
)
def test_the_address_that_it_listens_on(host: str, bound: str, own: bool) -> None:
	assert is_own(host, bound) is own


# Files


KINDS = {
	"a page": ("text/html", "application/octet-stream"),
	"a drawing with scripts": ("image/svg+xml", "application/octet-stream"),
	"a script": ("text/javascript", "application/octet-stream"),
	"a page in capitals": ("Text/HTML; charset=utf-8", "application/octet-stream"),
	"a photo": ("image/png", "image/png"),
	"a voice message": ("audio/ogg; codecs=opus", "audio/ogg"),
	"a document": ("application/pdf", "application/pdf"),
}


@pytest.mark.parametrize(("sent", "served"), KINDS.values(), ids=KINDS.keys())
def test_a_file_is_saved_and_never_shown(
	server: Running, graph: httpx.Client, ada: Customer, sent: str, served: str
) -> None:
	media = ada.file_message("document", b"<script>alert(1)</script>", sent)["document"]["id"]
	answer = graph.get(graph.get(f"/v25.0/{media}").json()["url"])
	assert_saved(answer, served)


def test_a_picture_of_the_business_is_saved_too(
	server: Running, sandbox: Sandbox, graph: httpx.Client
) -> None:
	app = sandbox.config.app_id
	session = graph.post(
		f"/v25.0/{app}/uploads", params={"file_length": len(PNG), "file_type": "image/png"}
	).json()["id"]
	headers = {"Authorization": f"OAuth {TOKEN}", "file_offset": "0"}
	handle = graph.post(f"/v25.0/{session}", content=PNG, headers=headers).json()["h"]
	profile = {"messaging_product": "whatsapp", "profile_picture_handle": handle}
	number = sandbox.config.phone_number_id
	graph.post(f"/v25.0/{number}/whatsapp_business_profile", json=profile).raise_for_status()
	url = sandbox.number().profile["profile_picture_url"]
	assert_saved(httpx.get(url), "image/png")


@pytest.mark.parametrize("kind", ["media_type", "media_changed", "media_endless"])
def test_a_file_with_a_fault_is_saved_too(
	sandbox: Sandbox, graph: httpx.Client, ada: Customer, kind: str
) -> None:
	media = ada.file_message("image", PNG, "image/png")["image"]["id"]
	link = graph.get(f"/v25.0/{media}").json()["url"]
	sandbox.faults.add(kind)
	assert_saved(graph.get(link), "text/html" if kind == "media_type" else "image/png")


def assert_saved(answer: httpx.Response, kind: str) -> None:
	assert answer.status_code == 200
	assert answer.headers["content-type"].partition(";")[0] == kind
	assert answer.headers["content-disposition"] == "attachment"
	assert answer.headers["x-content-type-options"] == "nosniff"
	assert "sandbox" in answer.headers["content-security-policy"]
