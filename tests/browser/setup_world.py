"""A site on which nothing is set up but where Meta is, and its wizard in a browser."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import frappe
import pytest
from playwright.sync_api import BrowserContext
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.app.conftest import SETTINGS, team, write_settings
from tests.app.desk import Desk
from tests.browser.conftest import without_errors
from tests.browser.walking import Walk
from whatsapp_channel.sandbox import Sandbox

BENCH_PAGE, EMBEDDED_PAGE = "/app/whatsapp-setup", "/desk/setup.html#/setup"
ADMINISTRATOR, PASSWORD = "Administrator", "admin"


class Quiet(WSGIRequestHandler):
	"""Without a line for each file of the page."""

	def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
		"""Say nothing."""


@pytest.fixture
def address(host: Any, sandbox: Sandbox) -> Iterator[str]:
	"""The site with its pages, at an address of its own."""
	server = make_server("127.0.0.1", 0, _application(host, sandbox), threaded=True, request_handler=Quiet)
	thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	yield f"http://127.0.0.1:{server.server_port}"
	server.shutdown()
	server.server_close()
	thread.join()


def _application(host: Any, sandbox: Sandbox) -> Any:
	if host.kind == "bench":
		return SharedDataMiddleware(host.application, {"/assets": str(Path(host.sites) / "assets")})
	from embedded.desk.pages import Desk as Pages

	about = {
		"administrator": ADMINISTRATOR,
		"administrator_name": ADMINISTRATOR,
		"administrator_password": PASSWORD,
		"phone_url": sandbox.url,
	}
	return Pages(host.application, about)


@pytest.fixture
def ready(site: Any, sandbox: Sandbox) -> Sandbox:
	"""What the owner of the Meta app has entered: its id, its secret and the sign-up's configuration; one department."""
	sandbox.settings.update({"statuses": "auto"})
	write_settings(sandbox)
	settings = frappe.get_doc(SETTINGS)
	settings.update({"meta_app_id": sandbox.config.app_id, "signup_config_id": sandbox.config.config_id})
	settings.app_secrets[0].app_id = sandbox.config.app_id
	settings.save()
	team()
	frappe.db.commit()
	return sandbox


@pytest.fixture
def walk(context: BrowserContext, address: str, host: Any, ready: Sandbox, web: Any) -> Iterator[Walk]:
	"""The wizard in one tab, with the administrator logged in. No script of it may fail."""
	login = {"usr": ADMINISTRATOR, "pwd": PASSWORD}
	context.request.post(f"{address}/api/method/login", form=login)
	page = BENCH_PAGE if host.kind == "bench" else EMBEDDED_PAGE
	config = ready.config
	desk = Desk(web, ready, config.waba_id, config.phone_number_id, "")
	made = Walk(context, ready, desk, address + page)
	errors = without_errors(made.open())
	yield made
	assert errors == []
