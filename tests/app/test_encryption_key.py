"""What was encrypted stays readable: the key is there before, and is not replaced by who had not seen it."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.installer import update_site_config
from frappe.utils.password import decrypt

from tests.app.child import start
from tests.app.desk import wait_until
from tests.app.key_race import TEXT
from whatsapp_channel import encryption, install

PROCESSES = 5


def in_the_file() -> str | None:
	config = json.loads(Path(frappe.get_site_path("site_config.json")).read_text())
	return config.get(encryption.KEY)


@pytest.fixture
def site_without_key(site: Any) -> Iterator[Any]:
	"""A new site, on which nothing was encrypted yet."""
	key = frappe.conf.get(encryption.KEY)
	update_site_config(encryption.KEY, "None")
	frappe.conf.pop(encryption.KEY, None)
	assert not in_the_file()
	yield site
	update_site_config(encryption.KEY, key)


@pytest.mark.parametrize("step", [install.after_install, install.after_migrate], ids=["install", "migrate"])
def test_the_key_is_made_once(site_without_key: Any, step: Any) -> None:
	step()
	key = in_the_file()
	assert key
	assert frappe.conf.encryption_key == key
	step()
	assert in_the_file() == key


def test_a_copy_without_the_key_takes_over_that_of_the_file(site: Any) -> None:
	key = in_the_file()
	frappe.conf.pop(encryption.KEY)
	encryption.ensure_key()
	assert (in_the_file(), frappe.conf.encryption_key) == (key, key)


def test_several_processes_make_one_key(site_without_key: Any, host: Any, tmp_path: Path) -> None:
	marks = [str(index) for index in range(PROCESSES)]
	job = "tests.app.key_race.make_and_encrypt"
	running = [start(host.environment(), job, str(tmp_path), mark) for mark in marks]
	wait_until(lambda: all((tmp_path / f"{mark}.ready").exists() for mark in marks), deadline=60)
	(tmp_path / "go").touch()
	assert [process.wait(60) for process in running] == [0] * PROCESSES
	key = in_the_file()
	texts = [decrypt((tmp_path / f"{mark}.secret").read_text(), key) for mark in marks]
	assert texts == [TEXT] * PROCESSES


def test_a_web_process_with_an_old_copy_keeps_the_key(
	site_without_key: Any, web: Any, host: Any, tmp_path: Path
) -> None:
	with closing(web.login("Administrator")) as client:
		assert not in_the_file()  # and so the web process has a copy without it
		secret = tmp_path / "secret"
		assert start(host.environment(), "tests.app.key_race.encrypt_in", str(secret)).wait(60) == 0
		key = in_the_file()
		assert key
		# Encrypts what it puts into the queue.
		answer = client.post(
			"/api/method/whatsapp_channel.api.privacy.export", data={"phone": "5511912345678"}
		)
		assert answer.status_code == 200
	assert in_the_file() == key
	assert decrypt(secret.read_text(), key) == TEXT
