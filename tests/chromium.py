"""The one browser of a test run: Playwright cannot be started twice in a process.

A machine without a browser fails here, because people use pages.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

# The shell is the same engine without a window's own pages, which cost more than ours: half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
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
	if not _path():
		pytest.fail(f"No browser: install Chromium (one of {', '.join(NAMES)} in the PATH), or set {SKIP}=1")
	with started() as opened:
		yield opened


@contextmanager
def started() -> Iterator[Browser]:
	"""The system's Chromium without a window, until the block ends."""
	with sync_playwright() as playwright:
		opened = playwright.chromium.launch(executable_path=_path(), args=list(ARGUMENTS), headless=True)
		yield opened
		opened.close()


def _path() -> str | None:
	"""Where the system has a browser; None when it has none."""
	return next(filter(None, map(shutil.which, NAMES)), None)
