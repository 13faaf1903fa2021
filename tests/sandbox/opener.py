"""A page of another origin that opens the sign-up dialog, as the helpdesk's wizard does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from tests.sandbox.receiver import Quiet
from whatsapp_channel.sandbox import Config, Sandbox
from whatsapp_channel.sandbox.state.dialogs import SCREENS

if TYPE_CHECKING:
	from collections.abc import Iterable

	from playwright.sync_api import Page

LOGIN = {"config_id": Config().config_id, "response_type": "code", "override_default_response_type": True}
PAGE = """<!doctype html><html lang="en"><title>Opener</title>
<script>
	window.heard = [];
	const note = (kind, data) => window.heard.push([kind, data]);
	const options = () => JSON.parse(new URLSearchParams(location.search).get("options"));
	window.fbAsyncInit = () => { FB.init({ appId: options().app_id, version: "v26.0" }); note("ready", null); };
	window.addEventListener("message", (event) => note("message", { origin: event.origin, data: event.data }));
</script>
<button type="button" onclick="FB.login((answer) => note('callback', answer), options().login)">Integrate</button>
<script async defer crossorigin="anonymous" src="SDK"></script>
</html>"""


@contextmanager
def opener(sdk: str) -> Iterator[str]:
	"""Serves the page; yields its address."""

	def application(environ: Any, start_response: Any) -> Iterable[bytes]:
		return Response(PAGE.replace("SDK", sdk), mimetype="text/html")(environ, start_response)

	server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
	thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	yield f"http://127.0.0.1:{server.server_port}/"
	server.shutdown()
	thread.join()
	server.server_close()


class Opener:
	"""The page and what it has heard."""

	def __init__(self, page: Page) -> None:
		self.page = page

	def integrate(self) -> Page:
		"""The pop-up, with its first screen."""
		with self.page.expect_popup() as opened:
			self.page.get_by_role("button", name="Integrate").click()
		opened.value.get_by_role("button", name="Continue").wait_for()
		return opened.value

	def answer(self) -> dict[str, Any]:
		"""What FB.login's callback got, once it was called."""
		self.page.wait_for_function("heard.some(([kind]) => kind === 'callback')")
		answers = [data for kind, data in self._heard() if kind == "callback"]
		assert len(answers) == 1
		return answers[0]

	def events(self) -> list[dict[str, Any]]:
		"""Embedded Signup's events, oldest first."""
		texts = [data["data"] for kind, data in self._heard() if kind == "message"]
		return [json.loads(text) for text in texts if text.startswith("{")]

	def order(self) -> list[str]:
		"""Which half came when: event or code."""
		kinds = {"message": "event", "callback": "code"}
		heard = [one for one in self._heard() if one[0] == "callback" or str(one[1]).find("WA_EMBEDDED") > 0]
		return [kinds[kind] for kind, _ in heard]

	def origins(self) -> set[str]:
		"""Where messages came from."""
		return {data["origin"] for kind, data in self._heard() if kind == "message"}

	def _heard(self) -> list[Any]:
		return self.page.evaluate("heard")


Opening = Callable[..., Opener]


def go_on(dialog: Page, screen: str) -> None:
	"""Continue, and the next screen is there."""
	dialog.get_by_role("button", name="Continue").click()
	dialog.locator(f"body[data-screen={screen}]").wait_for()


def go_to(dialog: Page, sandbox: Sandbox, screen: str, *, new_number: bool = True) -> None:
	"""Walks to a screen, with a new number unless told."""
	for step in SCREENS[1 : SCREENS.index(screen) + 1]:
		if step == "PHONE_NUMBER_VERIFICATION" and new_number:
			choose_new_number(dialog)
		if step == "PERMISSIONS" and new_number:
			dialog.get_by_label("Verification code").fill(sandbox.phone_texts[-1].code)
		if step != "PHONE_NUMBER_VERIFICATION" or new_number:
			go_on(dialog, step)


def choose_new_number(dialog: Page) -> None:
	dialog.get_by_label("Add a new number").check()
	dialog.get_by_label("Country code").fill("+1")
	dialog.get_by_label("Phone number", exact=True).and_(dialog.locator("input")).fill("415 555 0177")


def finish(dialog: Page) -> None:
	with dialog.expect_event("close"):
		dialog.get_by_role("button", name="Finish").click()
