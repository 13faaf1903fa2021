"""A demo that is started again has the secrets of its folder, and another folder has others."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.app.desk import WEBHOOK
from tests.browser.conftest import Running, start, stop
from whatsapp_channel.cloud_api import signature

pytestmark = pytest.mark.embedded_only(reason="the demo runs on the embedded host")
SECRETS = ("app_secret", "verify_token", "token")


@pytest.fixture
def running() -> Iterator[list[Running]]:
	"""The demos that a test started, which end with it."""
	started: list[Running] = []
	yield started
	for demo in started:
		stop(demo)


def secrets(demo: Running) -> dict[str, str]:
	config = httpx.get(f"{demo.phone_url}sandbox/state", trust_env=False).json()["config"]
	return {name: config[name] for name in SECRETS}


def delivered(demo: Running, secret: str) -> int:
	body = b'{"object":"whatsapp_business_account","entry":[]}'
	headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature.sign(secret, body)}
	return httpx.post(
		f"{demo.desk_url[:-1]}{WEBHOOK}", content=body, headers=headers, trust_env=False
	).status_code


def test_secrets_stay_with_the_folder(running: list[Running], tmp_path: Path) -> None:
	running.append(start(tmp_path / "one"))
	first = secrets(running[0])
	assert delivered(running[0], first["app_secret"]) == 200
	assert delivered(running[0], "sandbox-app-secret") == 401
	assert stop(running.pop()) == 0
	running.append(start(tmp_path / "one"))
	assert secrets(running[0]) == first
	assert delivered(running[0], first["app_secret"]) == 200
	running.append(start(tmp_path / "two"))
	assert not set(secrets(running[1]).values()) & set(first.values())
