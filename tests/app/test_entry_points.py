"""What nobody foresaw leaves no job and no request with local variables, arguments, forms or texts of customers."""

import contextvars
import inspect
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import frappe
import httpx
import pytest

from tests.app.desk import Desk
from tests.test_imports import FILES, strings
from whatsapp_channel import hooks, logs, settings
from whatsapp_channel.api import privacy
from whatsapp_channel.database import CONFLICT_TRIES
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import delivery, drain, retries
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import signup
from whatsapp_channel.outbound import reply

PIN, CODE = "918273", "AQBxcodeofthewindow"
TEXT, NUMBER = "the spare key is under the mat", "5511912345678"
TOKEN = "EAAGm0PX4ZCpsBAlocalvariable1234"
SECRETS = (PIN, CODE, TEXT, NUMBER, TOKEN)
DRAIN, MANY = "whatsapp_channel.inbound.drain.drain", "whatsapp_channel.inbound.reprocess.many"
SWEEP = "whatsapp_channel.schedule.sweep"
API = "/api/method/whatsapp_channel.api."
LOGGED = ("Error Log", "Scheduled Job Log", "Activity Log")


class Worse(Exception):
	"""Of no kind that anybody knows."""


def fails(*_arguments: Any, **_more: Any) -> Any:
	"""With secrets in its frame, its text and the error before it."""
	token, code = TOKEN, CODE
	try:
		raise ValueError(f"{TEXT}: {token} {code}")
	except ValueError as error:
		raise Worse(f"{PIN} of {NUMBER} for '{TEXT}'") from error


# -- every entry point has its guard ---------------------------------------------------------------------------------


def entry_points() -> dict[str, str]:
	"""What Frappe, or one of its workers, calls by name, and what it is guarded as."""
	found = {f"{each.__module__}.{each.__qualname__}": "request" for each in _whitelisted()}
	for events in hooks.doc_events.values():
		found |= dict.fromkeys(events.values(), "request")
	for methods in (*hooks.scheduler_events["cron"].values(), *list(hooks.scheduler_events.values())[1:]):
		found |= dict.fromkeys(methods, "job")
	return found | dict.fromkeys(_named_in_the_code(), "job")


def _whitelisted() -> list[Callable[..., Any]]:
	ours = [each for each in frappe.whitelisted if each.__module__.startswith("whatsapp_channel.")]
	return ours


def _named_in_the_code() -> list[str]:
	"""Dotted names of our functions in the code: what is put into a queue."""
	dotted = re.compile(r"whatsapp_channel(?:\.\w+){2,}")
	elsewhere = ("hooks.py", "test")
	texts = [text for path in FILES if path.name not in elsewhere for text in strings(path)]
	return [text for text in texts if dotted.fullmatch(text) and callable(_resolved(text))]


def _resolved(name: str) -> Any:
	try:
		return frappe.get_attr(name)
	except (ImportError, AttributeError, frappe.ValidationError):
		return None


def test_every_entry_point_is_guarded(site: Any) -> None:
	import_all()
	found = entry_points()
	assert len(found) > 45
	assert {DRAIN, MANY, SWEEP, "whatsapp_channel.api.webhook.receive"} <= set(found)
	unguarded = {
		name: kind
		for name, kind in found.items()
		if getattr(_function(name), "entry_point", None) != kind
		and not name.startswith("whatsapp_channel.hooks")
	}
	assert not unguarded


def import_all() -> None:
	import importlib

	for path in FILES:
		dotted = ".".join(path.relative_to(path.parents[len(path.parts) - 2]).with_suffix("").parts)
		dotted = dotted[dotted.index("whatsapp_channel.") :].removesuffix(".__init__")
		if "__main__" not in dotted and not dotted.startswith("whatsapp_channel.patches"):
			importlib.import_module(dotted)


def _function(name: str) -> Any:
	module, _dot, attribute = name.rpartition(".")
	found = [each for each in _whitelisted() if f"{each.__module__}.{each.__qualname__}" == name]
	return found[0] if found else _resolved(name) or getattr(frappe.get_module(module), attribute)


# -- what is written down --------------------------------------------------------------------------------------------


class Written:
	"""What the site wrote down since the test began."""

	def __init__(self, capture: pytest.LogCaptureFixture, printed: pytest.CaptureFixture[str]) -> None:
		self.capture, self.printed = capture, printed
		self.sizes = {path: path.stat().st_size for path in self._files()}

	@staticmethod
	def _files() -> list[Path]:
		folders = (Path(frappe.get_site_path("logs")), Path(frappe.get_site_path("..", "..", "logs")))
		return [path for folder in folders if folder.is_dir() for path in folder.glob("*.log")]

	def errors(self) -> str:
		"""The whole of Error Log, with what waits in Redis for it."""
		from frappe.deferred_insert import save_to_db

		save_to_db()
		frappe.db.commit()
		return str(frappe.db.sql("select * from `tabError Log`"))

	def everything(self) -> Iterator[tuple[str, str]]:
		yield "Error Log", self.errors()
		for doctype in LOGGED[1:]:
			if frappe.db.table_exists(doctype):
				yield doctype, str(frappe.db.sql(f"select * from `tab{doctype}`"))
		for path in self._files():
			yield path.name, path.read_text(errors="replace")[self.sizes.get(path, 0) :]
		yield "logging", self.capture.text
		yield "printed", "".join(self.printed.readouterr())

	def assert_silent(self) -> None:
		for place, text in self.everything():
			assert not [secret for secret in SECRETS if secret in text], place


@pytest.fixture
def written(desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Written:
	if frappe.db.table_exists("Scheduled Job Log"):
		frappe.db.delete("Scheduled Job Log")
	frappe.db.commit()
	return Written(caplog, capsys)


# -- requests --------------------------------------------------------------------------------------------------------

Break = tuple[Any, str]
REQUESTS: dict[str, tuple[Break, str, dict[str, Any]]] = {
	"a number to look for": ((privacy, "look"), "privacy.find", {"phone": NUMBER}),
	"a PIN": ((numbers, "register"), "onboarding.register", {"number": "1", "pin": PIN}),
	"a code of Meta's window": (
		(signup, "take_code"),
		"onboarding.signup_code",
		{"signup": "1", "code": CODE},
	),
	"a code by text message": (
		(numbers, "verify_code"),
		"onboarding.verify_code",
		{"number": "1", "code": PIN},
	),
}


@pytest.fixture
def administrator(desk: Desk) -> Iterator[httpx.Client]:
	with closing(desk.web.login("Administrator")) as client:
		yield client


@pytest.mark.parametrize("case", REQUESTS)
def test_a_method_that_fails_keeps_its_form_to_itself(
	written: Written, administrator: httpx.Client, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
	(place, name), method, form = REQUESTS[case]
	monkeypatch.setattr(place, name, fails)
	answer = administrator.post(API + method, data=form)
	assert answer.status_code in (417, 500)
	assert "nobody foresaw" in answer.text
	assert "tests.app.test_entry_points.Worse" in written.errors()
	assert not [secret for secret in SECRETS if secret in answer.text]
	written.assert_silent()


def test_a_reply_that_fails_is_in_no_log(
	desk: Desk, written: Written, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
	desk.writes("Hello")
	ticket = desk.ticket()
	monkeypatch.setattr(reply, "send", fails)
	to = frappe.db.get_value("HD Ticket", ticket, "raised_by")
	arguments = {"message": TEXT, "to": to, "cc": "", "bcc": "", "attachments": []}
	form = {"dt": "HD Ticket", "dn": ticket, "method": "reply_via_agent", "args": json.dumps(arguments)}
	frappe.db.commit()
	with closing(desk.web.login(agent)) as client:
		answer = client.post("/api/method/run_doc_method", data=form)
	assert answer.status_code == 500
	assert "Worse" in written.errors()
	written.assert_silent()


def test_a_reply_called_below_another_method_fails_as_it_is(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	desk.writes("Hello")
	monkeypatch.setattr(reply, "send", fails)
	with pytest.raises(Worse):
		desk.reply(desk.ticket(), TEXT)


def test_a_ticket_that_cannot_be_saved_because_of_us(
	desk: Desk, written: Written, administrator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
	desk.writes("Hello")
	desk.writes("Hello", wa_id="5511900000002", name="Ana")
	ticket, other = desk.tickets()
	frappe.db.set_value("HD Ticket", ticket, {"is_merged": 1, "merged_with": other})
	frappe.db.commit()
	monkeypatch.setattr(tickets, "follow_merges", fails)
	form = {"doctype": "HD Ticket", "name": ticket, "fieldname": "subject", "value": TEXT}
	answer = administrator.post("/api/method/frappe.client.set_value", data=form)
	assert answer.status_code == 500
	assert "Worse" in written.errors()
	written.assert_silent()
	frappe.db.rollback()
	assert frappe.db.get_value("HD Ticket", ticket, "subject") != TEXT


def test_a_webhook_that_fails(desk: Desk, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(delivery, "store", fails)
	assert desk.post({"text": TEXT, "from": NUMBER}).status_code == 503
	monkeypatch.setattr(settings, "verify_token", fails)
	asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": CODE}
	assert desk.web.get(API + "webhook.receive", params=asked).status_code == 500
	assert "Worse" in written.errors()
	written.assert_silent()


@pytest.mark.parametrize(
	("error", "status"),
	[(frappe.ValidationError, 417), (frappe.PermissionError, 403), (frappe.DoesNotExistError, 404)],
	ids=["refused", "not allowed", "not there"],
)
def test_what_was_foreseen_is_answered_as_ever(
	written: Written,
	administrator: httpx.Client,
	monkeypatch: pytest.MonkeyPatch,
	error: type[Exception],
	status: int,
) -> None:
	def refuses(*_arguments: Any) -> None:
		frappe.throw("Not so.", error)

	monkeypatch.setattr(privacy, "look", refuses)
	answer = administrator.post(API + "privacy.find", data={"phone": NUMBER})
	assert (answer.status_code, "Not so." in answer.text) == (status, True)
	assert written.errors() in ("()", "[]")


# -- jobs ------------------------------------------------------------------------------------------------------------


def queued(method: str, **arguments: Any) -> None:
	frappe.enqueue(method, queue="short", **arguments)
	frappe.db.commit()


def test_a_job_that_fails(written: Written, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(drain, "process_received", fails)
	queued(DRAIN)
	host.run_jobs()
	errors = written.errors()
	assert DRAIN in errors
	assert "Worse" in errors
	assert "process_received(until)" in errors
	written.assert_silent()


def test_a_job_forgets_its_arguments(written: Written, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr("whatsapp_channel.inbound.reprocess._in_order", fails)
	queued(MANY, names=[TEXT, NUMBER, PIN])
	host.run_jobs()
	assert MANY in written.errors()
	written.assert_silent()


@pytest.mark.bench_only("scheduled jobs are Frappe's")
def test_a_scheduled_event_that_fails(written: Written, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
	monkeypatch.setattr(retries, "release_overlooked", fails)
	job = frappe.db.get_value("Scheduled Job Type", {"method": SWEEP})
	method = "frappe.core.doctype.scheduled_job_type.scheduled_job_type.run_scheduled_job"
	known = {"scheduled_job_type": job, "job_type": SWEEP}
	taken = inspect.signature(frappe.get_attr(method)).parameters
	argument = {name: value for name, value in known.items() if name in taken}
	# Frappe keeps no such log of what runs every few minutes, unless it is asked for.
	frappe.db.set_value("Scheduled Job Type", job, "create_log", 1)
	frappe.db.commit()
	contextvars.Context().run(host._run_job, method, argument, "Administrator")
	frappe.db.set_value("Scheduled Job Type", job, "create_log", 0)
	frappe.db.commit()
	(row,) = frappe.get_all("Scheduled Job Log", fields=["status", "details"])
	assert row.status == "Failed"
	assert "Worse" in row.details
	written.assert_silent()


def test_a_conflict_is_tried_again(written: Written, host: Any, monkeypatch: pytest.MonkeyPatch) -> None:
	tries: list[str] = []

	def conflicts(_until: float) -> int:
		tries.append(frappe.session.user)
		if len(tries) < CONFLICT_TRIES:
			raise frappe.QueryDeadlockError(1213, TEXT)
		return 0

	monkeypatch.setattr(drain, "process_received", conflicts)
	queued(DRAIN)
	host.run_jobs()
	assert tries == ["Administrator"] * CONFLICT_TRIES
	assert written.errors() in ("()", "[]")


def test_a_conflict_that_stays_is_a_failure(
	written: Written, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
	def conflicts(_until: float) -> int:
		raise frappe.QueryDeadlockError(1213, TEXT)

	monkeypatch.setattr(drain, "process_received", conflicts)
	queued(DRAIN)
	host.run_jobs()
	assert "QueryDeadlockError: 1213" in written.errors()
	written.assert_silent()


@pytest.mark.bench_only("the queue is in Redis")
@pytest.mark.parametrize("way", ["error", "time-out"])
def test_what_the_queue_keeps_of_a_failed_job(
	written: Written, host: Any, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
	from frappe.utils.background_jobs import get_redis_conn
	from rq import Queue, SimpleWorker

	def endless(_until: float) -> int:
		text = TEXT
		while text:
			time.monotonic()
		return 0

	monkeypatch.setattr(drain, "process_received", fails if way == "error" else endless)
	connection = get_redis_conn()
	queue = Queue(f"whatsapp-channel-test-{frappe.generate_hash(length=8)}", connection=connection)
	call = {"site": host.site_name, "method": DRAIN, "event": None, "job_name": DRAIN, "kwargs": {}}
	job = queue.enqueue_call("frappe.utils.background_jobs.execute_job", kwargs=call, timeout=2)
	worker = SimpleWorker([queue], connection=connection)
	try:
		contextvars.Context().run(worker.work, burst=True)
		job.refresh()
		assert job.get_status() == "failed"
		kept = job.latest_result().exc_string
		assert ("JobFailed" if way == "error" else "JobTimeoutException") in kept
		assert "process_received" in kept
		assert not [secret for secret in SECRETS if secret in f"{kept} {job.kwargs} {job.description}"]
	finally:
		queue.delete(delete_jobs=True)
	host.connect()
	assert "process_received" in written.errors()
	written.assert_silent()


# -- the words of an error -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("error", "said"),
	[
		(ValueError(TEXT), "builtins.ValueError"),
		(KeyError(TEXT), "builtins.KeyError"),
		(frappe.ValidationError(TEXT), "frappe.exceptions.ValidationError"),
		(AttributeError("'NoneType' object has no attribute 'x'"), "'NoneType' object has no attribute 'x'"),
		(PermissionError(13, "Permission denied", TEXT), "builtins.PermissionError: Permission denied"),
		(frappe.QueryDeadlockError(1213, TEXT), "QueryDeadlockError: 1213"),
	],
	ids=["value", "key", "refusal", "code", "system", "database"],
)
def test_an_error_says_what_is_nobodys(site: Any, error: Exception, said: str) -> None:
	try:
		raise error
	except Exception:
		told = logs.trace()
	assert told.endswith(said)
	assert TEXT not in told
