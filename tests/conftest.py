"""Fixtures of both hosts: `pytest` runs on an embedded site, `pytest --site NAME` on that site of a bench."""

import gc
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import hypothesis
import pytest

from embedded.boot import RealFrappeFound, load_stand_in
from tests.chromium import browser  # noqa: F401 (a fixture of every folder)
from tests.hosts import Host, HostError, make_host
from whatsapp_channel.cloud_api.transport import tls_context

# Test modules import frappe before pytest has read its options, so what is installed decides.
try:
	load_stand_in()
	_on_bench = False
except RealFrappeFound:
	_on_bench = True

# How long an example takes says what else the machine does.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

MODULE = "WhatsApp Channel"
# Rows of these that a test made are gone before the next one.
FOREIGN = (
	"HD Ticket",
	"HD Ticket Comment",
	"HD Ticket Activity",
	"HD Notification",
	"Notification Log",
	"Communication",
	"Comment",
	"Contact",
	"Contact Phone",
	"Contact Email",
	"Dynamic Link",
	"HD Customer Member",
	"Email Account",
	"Email Queue",
	"Email Queue Recipient",
	"Email Unsubscribe",
	"Error Log",
	"File",
	"ToDo",
)
_MARKERS = {"bench_only": "embedded", "embedded_only": "bench"}
_REASONS = ("bench only: ", "embedded only: ", "helpdesk since ")
_started = pytest.StashKey[Any]()
_host = pytest.StashKey[Host]()


def pytest_addoption(parser: pytest.Parser) -> None:
	"""The bench's site to run on."""
	parser.addoption(
		"--site", metavar="NAME", help="run on this site of the bench in whose environment pytest runs"
	)


def pytest_configure(config: pytest.Config) -> None:
	"""Choose the host and make its frappe importable."""
	config.addinivalue_line("markers", "bench_only(reason): needs MariaDB, Redis or Frappe's own desk")
	config.addinivalue_line("markers", "embedded_only(reason): tests the embedded host itself")
	config.addinivalue_line(
		"markers", "helpdesk_since(version): states what an older Helpdesk does otherwise"
	)
	site = config.getoption("--site")
	if not site and _on_bench:
		raise pytest.UsageError("this environment has the real frappe: pytest --site NAME")
	if site and config.getoption("numprocesses", None):
		raise pytest.UsageError(
			"tests delete the rows of others: on one site they run one after the other, without -n"
		)
	config.stash[_host] = make_host(site)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
	"""Skip what needs the other host, or another Helpdesk."""
	kind = config.stash[_host].kind
	for item in items:
		if reason := _other_host(item, kind) or _is_older(item):
			item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
	"""What was collected stays to the end: the garbage collector need not look at it again and again."""
	gc.collect()
	gc.freeze()


def _other_host(item: pytest.Item, kind: str) -> str | None:
	"""Which host a test needs and why, if it is not this one."""
	for name, wrong_kind in _MARKERS.items():
		if kind == wrong_kind and (mark := item.get_closest_marker(name)):
			return f"{name.replace('_', ' ')}: {mark.kwargs.get('reason') or mark.args[0]}"
	return None


def _is_older(item: pytest.Item) -> str | None:
	"""Why a test does not hold for the bench's Helpdesk, if so."""
	mark = item.get_closest_marker("helpdesk_since")
	if not mark or not _on_bench:
		return None
	import helpdesk

	present = [int(part) for part in helpdesk.__version__.split(".")[:2]]
	needed = [int(part) for part in mark.args[0].split(".")]
	return f"helpdesk since {mark.args[0]}: this one is {helpdesk.__version__}" if present < needed else None


@pytest.hookimpl(hookwrapper=True)
def pytest_report_to_serializable() -> Iterator[None]:
	"""A failure may quote halves of characters, which no process can hand to another: the run would end with it."""
	outcome = yield
	outcome.force_result(encodable(outcome.get_result()))


def encodable(value: Any) -> Any:
	"""The value with a replacement for whatever UTF-8 cannot say."""
	if isinstance(value, str):
		return value.encode(errors="replace").decode()
	if isinstance(value, dict):
		return {encodable(key): encodable(each) for key, each in value.items()}
	return type(value)(map(encodable, value)) if isinstance(value, list | tuple) else value


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
	"""What was left out and why, and one line to quote: of all workers, by the process that was called."""
	reports = terminalreporter.stats.get("skipped", [])
	if left_out := Counter(filter(None, map(_left_out, reports))):
		terminalreporter.section("needs the other host")
		for (file, reason), count in sorted(left_out.items()):
			terminalreporter.line(f"{file} ({count})  {reason}")
	if config.stash.get(_started, None) or config.getoption("numprocesses", None):
		counts = {
			kind: len(terminalreporter.stats.get(kind, []))
			for kind in ("passed", "failed", "error", "skipped")
		}
		results = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
		terminalreporter.line(f"{config.stash[_host].versions()} · {results}")


def _left_out(report: Any) -> tuple[str, str] | None:
	"""File and reason of a test that was skipped for its host; None for one that skipped itself."""
	if not isinstance(report.longrepr, tuple):
		return None
	reason = report.longrepr[2].removeprefix("Skipped: ")
	return (report.nodeid.partition("::")[0], reason) if reason.startswith(_REASONS) else None


@pytest.fixture(scope="session")
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
	"""The host, opened."""
	chosen = request.config.stash[_host]
	try:
		chosen.open()
	except HostError as error:
		pytest.exit(str(error), returncode=2)
	chosen.connect()
	import frappe

	request.config.stash[_started] = frappe.utils.now_datetime()
	yield chosen
	chosen.connect()
	clean(chosen, request.config.stash[_started])
	chosen.close()


@pytest.fixture
def site(host: Host, request: pytest.FixtureRequest) -> Iterator[Host]:
	"""This thread connected as Administrator to a site without anything that earlier tests made."""
	host.connect()
	clean(host, request.config.stash[_started])
	yield host
	import frappe

	frappe.db.rollback()
	host.disconnect()


def clean(host: Host, since: Any) -> None:
	"""Delete all rows of the app, and those of others made since tests began."""
	import frappe

	_clean_broken_off()
	for doctype in frappe.get_all("DocType", {"module": MODULE}, ["name", "issingle"]):
		frappe.db.delete("__Auth", {"doctype": doctype.name})
		frappe.db.delete(
			*(("Singles", {"doctype": doctype.name}) if doctype.issingle else (doctype.name, None))
		)
		frappe.clear_document_cache(doctype.name, doctype.name)
	# A site whose zone was changed after its installation has rows from the future: they are no test's.
	made_by_tests = {"creation": ["between", [since, frappe.utils.now_datetime()]]}
	for doctype in filter(frappe.db.table_exists, FOREIGN):
		folders = {"is_folder": 0} if doctype == "File" else {}
		frappe.db.delete(doctype, made_by_tests | folders)
	host.forget_jobs()
	frappe.cache.delete_keys("whatsapp_channel")
	frappe.cache.delete_keys("outgoing_email_account")
	frappe.clear_messages()
	frappe.db.commit()


def _clean_broken_off() -> None:
	"""A run that was broken off left its last test's rows, which are older than this run."""
	import frappe

	contacts = [name for name in frappe.get_all("WhatsApp Customer", pluck="contact") if name]
	if contacts:
		frappe.db.delete("Contact", {"name": ["in", contacts]})
		frappe.db.delete("Contact Phone", {"parent": ["in", contacts]})
	frappe.db.delete("HD Ticket", {"whatsapp_channel": ["is", "set"]})
	frappe.db.delete("Comment", {"reference_doctype": ["like", "WhatsApp %"]})
	for field in ("sender", "recipients"):
		frappe.db.delete("Communication", {field: ["like", "%@whatsapp.invalid"]})


@dataclass
class Web:
	"""The site over HTTP, as a guest. Commit before you ask: requests have connections of their own."""

	url: str
	client: httpx.Client
	headers: dict[str, str]

	def get(self, path: str, **options: Any) -> httpx.Response:
		"""GET a path of the site."""
		self._check()
		return self.client.get(path, **options)

	def post(self, path: str, **options: Any) -> httpx.Response:
		"""POST to a path of the site."""
		self._check()
		return self.client.post(path, **options)

	def login(self, user: str, password: str | None = None) -> httpx.Client:
		"""A client with the session of a user, whose password is the user's name unless given."""
		self._check()
		client = httpx.Client(verify=tls_context(), base_url=self.url, headers=self.headers, timeout=60)
		given = password or ("admin" if user == "Administrator" else user)
		client.post("/api/method/login", data={"usr": user, "pwd": given}).raise_for_status()
		return client

	def _check(self) -> None:
		import frappe

		connection = getattr(getattr(frappe.local, "db", None), "_conn", None)
		if getattr(getattr(connection, "raw", None), "in_transaction", False):
			raise AssertionError(
				"commit before asking the web: on the embedded host it would wait for this test"
			)


@pytest.fixture(scope="session")
def web(host: Host) -> Iterator[Web]:
	"""A threaded server of the site on a free port."""
	from werkzeug.serving import WSGIRequestHandler, make_server

	class Quiet(WSGIRequestHandler):
		def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
			"""Say nothing."""

	server = make_server("127.0.0.1", 0, host.application, threaded=True, request_handler=Quiet)
	thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
	thread.start()
	url = f"http://127.0.0.1:{server.server_port}"
	headers = {"X-Frappe-Site-Name": host.site_name, "Accept": "application/json"}
	with httpx.Client(verify=tls_context(), base_url=url, headers=headers, timeout=60) as client:
		yield Web(url, client, headers)
	server.shutdown()
	thread.join()
