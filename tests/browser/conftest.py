"""The running demo that the browser looks at."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

REPOSITORY = Path(__file__).parents[2]
# Texts that do harm in a page that takes them for HTML.
HOSTILE = {
	"image": '<img src=x onerror="window.hacked=1">',
	"script": "<script>window.hacked=1</script><b>bold</b>",
	"json": '{"content": "<img src=x onerror=window.hacked=1>"}',
	"json-string": '"<svg onload=window.hacked=1>"',
	"attribute": '" onmouseover="window.hacked=1" x=\'',
}
DEADLINE = 45_000  # milliseconds; other tests use the processor meanwhile
expect.set_options(timeout=DEADLINE)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
	"""A browser profile of its own, as wide as a desktop."""
	made = browser.new_context(viewport={"width": 1280, "height": 800})
	made.set_default_timeout(DEADLINE)
	yield made
	made.close()


@dataclass
class Running:
	"""A demo in a process of its own, started as a newcomer does."""

	process: subprocess.Popen[str]
	phone_url: str
	desk_url: str

	def control(self, path: str, **body: Any) -> Any:
		"""POST to the sandbox's control API."""
		answer = httpx.post(f"{self.phone_url}sandbox/{path}", json=body, trust_env=False)
		return answer.raise_for_status().json()

	def customer(self, wa_id: str, name: str) -> str:
		"""Adds a customer; returns the number's digits."""
		return self.control("customers", wa_id=wa_id, name=name)["wa_id"]

	def writes(self, wa_id: str, text: str, **more: Any) -> None:
		"""A customer writes, by the phone's control API."""
		self.control(f"customers/{wa_id}/messages", text=text, **more)


def start(folder: Path) -> Running:
	"""Starts a demo on free ports and waits until it has printed its addresses."""
	command = [
		sys.executable,
		"-m",
		"tests.browser.patient_demo",
		"--folder",
		str(folder),
		"--port",
		"0",
		"--sandbox-port",
		"0",
	]
	process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
	printed = ""
	for line in process.stdout or ():
		printed += line
		if "Ctrl-C" in line:
			phone, desk = re.findall(r"http://\S+", printed)[-2:]
			return Running(process, phone, desk)
	raise AssertionError(f"the demo ended with {process.wait()}: {printed}")


def stop(running: Running) -> int:
	"""Ends a demo as Ctrl-C does; returns its exit code."""
	running.process.send_signal(2)
	try:
		return running.process.wait(timeout=60)
	except subprocess.TimeoutExpired:
		running.process.send_signal(signal.SIGUSR1)
		time.sleep(1)
		raise
	finally:
		running.process.kill()
		if running.process.stdout:
			running.process.stdout.close()


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
	"""One demo for the tests of a module, each with a customer of its own."""
	running = start(tmp_path_factory.mktemp("demo"))
	yield running
	stop(running)


def without_errors(page: Page) -> list[str]:
	"""Collects the scripts that fail in a page."""
	errors: list[str] = []
	page.on("pageerror", lambda error: errors.append(str(error)))
	return errors


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
	"""A tab; no script of it may have failed at the end."""
	made = context.new_page()
	errors = without_errors(made)
	yield made
	assert errors == []
