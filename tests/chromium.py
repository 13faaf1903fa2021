"""The one browser of a test run: Playwright cannot be started twice in a process.

A machine without a browser fails here, because people use pages.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
)
SKIP = "WHATSAPP_SKIP_BROWSER"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
	"""The system's Chromium, without a window."""
	if os.environ.get(SKIP) == "1":
		pytest.skip(f"{SKIP}=1")
	path = next(filter(None, map(shutil.which, NAMES)), None)
	if not path:
		pytest.fail(f"No browser: install Chromium (one of {', '.join(NAMES)} in the PATH), or set {SKIP}=1")
	with sync_playwright() as playwright:
		opened = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS), headless=True)
		yield opened
		opened.close()
