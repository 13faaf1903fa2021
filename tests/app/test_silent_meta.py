"""A Meta that takes requests and never answers keeps few workers busy, and no message is lost or sent twice by it."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import frappe
import httpx
import pytest

from tests.app.desk import MESSAGE, Desk
from whatsapp_channel import clock
from whatsapp_channel.accounts import access, silence
from whatsapp_channel.api import ticket as ticket_page
from whatsapp_channel.cloud_api import client
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown
from whatsapp_channel.doctypes import ACCOUNT, SETTINGS
from whatsapp_channel.outbound import outbox, send

PEOPLE = [f"55119000000{index:02}" for index in range(6)]
# In place of the 30 and 10 seconds that a request and a question may take.
SHORT = 0.3


class Silent(ThreadingHTTPServer):
	"""Accepts and reads, and answers what `answers` holds; all else never."""

	daemon_threads = True
	request_queue_size = 64

	def __init__(self) -> None:
		super().__init__(("127.0.0.1", 0), Ear)
		self.heard: list[str] = []
		self.answers: set[str] = set()
		self.over = threading.Event()

	@property
	def url(self) -> str:
		return f"http://127.0.0.1:{self.server_port}"


class Ear(BaseHTTPRequestHandler):
	def do_GET(self) -> None:
		self.server.heard.append(self.command)
		self.rfile.read(int(self.headers.get("content-length") or 0))
		if self.command not in self.server.answers:
			self.server.over.wait(30)
			return
		body = json.dumps({"error": {"code": 131000, "message": "?"}}).encode()
		self.send_response(500)
		self.send_header("Content-Length", str(len(body)))
		self.end_headers()
		self.wfile.write(body)

	do_POST = do_GET

	def log_message(self, *_args: object) -> None:
		"""Quiet."""


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
	monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(SHORT))
	monkeypatch.setattr(silence, "PROBE_SECONDS", SHORT)
	server = Silent()
	threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
	yield server
	server.over.set()
	server.shutdown()
	server.server_close()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
	"""Sets the clock forward."""
	passed = timedelta()

	def now() -> datetime:
		return datetime.now(timezone.utc) + passed

	def forward(**time: float) -> None:
		nonlocal passed
		passed += timedelta(**time)

	for module in (clock, silence):
		monkeypatch.setattr(module, "utc_now", now)
	return forward


@pytest.fixture
def replies(desk: Desk, meta: Silent) -> list[str]:
	"""To each of PEOPLE one, queued when Meta has just fallen silent."""
	for wa_id in PEOPLE:
		desk.writes("Hello", wa_id=wa_id, name=wa_id[-2:])
	go_to(meta.url)
	return [desk.reply(ticket) for ticket in desk.tickets()]


def go_to(url: str) -> None:
	frappe.db.set_single_value(SETTINGS, "api_base_url", url)
	frappe.db.commit()


def work() -> int:
	"""What the sweep and its jobs do; how many jobs there were."""
	frappe.db.commit()
	queues = outbox.queues_with_work()
	for queue in queues:
		send.send_queued(*queue)
	frappe.set_user("Administrator")
	frappe.db.commit()
	return len(queues)


def states(replies: list[str]) -> list[str]:
	frappe.db.commit()
	return [frappe.db.get_value(MESSAGE, name, "status") for name in replies]


def breaker(desk: Desk) -> "frappe._dict":
	frappe.db.commit()
	fields = ["unanswered", "silent_since", "next_probe"]
	return frappe.db.get_value(ACCOUNT, desk.account, fields, as_dict=True)


def test_three_customers_wait_for_a_silent_meta_and_no_more(
	desk: Desk, meta: Silent, replies: list[str]
) -> None:
	assert work() == len(PEOPLE)
	assert meta.heard == ["POST"] * 3
	assert states(replies) == ["Sending"] * 3 + ["Queued"] * 3
	assert work() == 0
	for name in replies[3:]:
		row = frappe.db.get_value(MESSAGE, name, ["customer", "channel"])
		send.send_queued(*row)  # whoever was woken by a new reply
	assert meta.heard == ["POST"] * 3
	found = breaker(desk)
	assert found.unanswered == 3
	assert found.next_probe - found.silent_since >= timedelta(seconds=30)


def test_while_it_lasts_one_asks_now_and_then(
	desk: Desk, meta: Silent, replies: list[str], later: Any
) -> None:
	work()
	pauses = []
	for _time in range(4):
		planned = breaker(desk).next_probe
		later(seconds=(planned - clock.site_now()).total_seconds() - 1)
		frappe.db.set_value(MESSAGE, {"status": "Sending"}, "last_attempt", clock.site_now())
		assert work() == 0
		later(seconds=1.1)
		meta.heard.clear()
		assert work() == 1
		assert meta.heard == ["GET"]
		pauses.append((breaker(desk).next_probe - clock.site_now()).total_seconds())
	assert states(replies)[3:] == ["Queued"] * 3
	assert [round(pause / 30) for pause in pauses] == [1, 2, 4, 8]


def test_when_meta_answers_again_everything_goes_out(
	desk: Desk, meta: Silent, replies: list[str], later: Any
) -> None:
	work()
	go_to(desk.sandbox.url)
	assert work() == 0
	later(seconds=31)
	assert work() == 1
	assert breaker(desk) == {"unanswered": 0, "silent_since": None, "next_probe": None}
	desk.settle()
	assert [desk.on_phone(wa_id) for wa_id in PEOPLE[3:]] == [["Hello"]] * 3
	assert states(replies)[3:] == ["Accepted"] * 3
	later(seconds=61)
	desk.settle()
	assert states(replies)[:3] == ["Unconfirmed"] * 3
	assert [desk.on_phone(wa_id) for wa_id in PEOPLE[:3]] == [[]] * 3


def test_a_meta_that_answers_questions_but_takes_no_messages(
	desk: Desk, meta: Silent, replies: list[str], later: Any
) -> None:
	work()
	meta.answers.add("GET")
	later(seconds=31)
	frappe.db.set_value(MESSAGE, {"status": "Sending"}, "last_attempt", clock.site_now())
	meta.heard.clear()
	assert work() == 1
	assert meta.heard == ["GET", "POST"]
	assert states(replies) == ["Sending"] * 4 + ["Queued"] * 2
	assert work() == 0


def test_one_worker_tries_and_one_that_dies_is_followed(
	desk: Desk, meta: Silent, replies: list[str], later: Any
) -> None:
	work()
	meta.answers.add("GET")
	later(seconds=31)
	assert [silence.may_send(desk.account) for _worker in range(3)] == [True, False, False]
	assert work() == 0
	later(seconds=61)
	assert silence.may_send(desk.account)


def test_any_answer_ends_the_count(desk: Desk, meta: Silent, replies: list[str]) -> None:
	meta.answers.add("POST")
	silent, answered = OutcomeUnknown("?", timed_out=True), CloudAPIError("?", code=131000, http_status=500)
	for error in (silent, silent, answered, silent, silent, None, silent, silent):
		silence.note(desk.account, error)
	assert silence.may_send(desk.account)
	silence.note(desk.account, silent)
	assert not silence.may_send(desk.account)


def test_a_refused_connection_is_no_silence(desk: Desk) -> None:
	for _time in range(5):
		silence.note(desk.account, NotSent("?"))
	assert breaker(desk).unanswered == 0


def test_checking_the_connection_tries_at_once(desk: Desk, meta: Silent, replies: list[str]) -> None:
	work()
	go_to(desk.sandbox.url)
	frappe.get_doc(ACCOUNT, desk.account).check_connection()
	frappe.db.commit()
	assert breaker(desk).silent_since is None
	assert work() == 3
	assert states(replies)[3:] == ["Accepted"] * 3


def test_the_agent_is_told(desk: Desk, meta: Silent, replies: list[str]) -> None:
	ticket = frappe.db.get_value(MESSAGE, replies[-1], "ticket")
	before = json.dumps(ticket_page.state(ticket))
	work()
	assert "does not answer at this moment" not in before
	assert "does not answer at this moment" in json.dumps(ticket_page.state(ticket))


def test_other_accounts_go_on(desk: Desk, meta: Silent, replies: list[str]) -> None:
	work()
	assert not silence.may_send(desk.account)
	other = frappe.get_doc(
		{"doctype": ACCOUNT, "account_name": "Other", "waba_id": "200000000000009"}
	).insert()
	assert silence.may_send(other.name)
	access.resume(desk.account)
	assert silence.may_send(desk.account)
