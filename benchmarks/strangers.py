"""What strangers' files cost other people's texts: the time from webhook to ticket beside such files, and without.

	BENCH/env/bin/python -m benchmarks.strangers --site NAME

A web server, a process that drains, and two that fetch files stand for a bench and its workers; the sandbox plays Meta.
In turn, a new customer's text is posted alone, while hostile files are judged, and while slow files come. The rows stay:
use a site of its own.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import frappe  # noqa: E402

from benchmarks.bench import Result, connect, new_number, report  # noqa: E402
from benchmarks.loss import Victim, free_port  # noqa: E402
from tests.app.conftest import team, write_settings  # noqa: E402
from tests.app.desk import WEBHOOK, wait_until  # noqa: E402
from tests.bombs import pdf_of, progressive_jpeg  # noqa: E402
from tests.files import png  # noqa: E402
from tests.hosts import connect_from_environment, make_host  # noqa: E402
from whatsapp_channel.sandbox import Sandbox, serve  # noqa: E402
from whatsapp_channel.sandbox.state.model import Settings  # noqa: E402

MB = 1024 * 1024
GATE = 1.5
FETCHERS = 2
HOSTILE = (
	("document", pdf_of(b"%d 0 obj (\n", 536_000), "application/pdf", "objects.pdf"),
	("document", pdf_of(b"/", 20 * MB), "application/pdf", "names.pdf"),
	("document", pdf_of(b"endstream stream ", 4 * MB), "application/pdf", "streams.pdf"),
	("image", progressive_jpeg(), "image/jpeg", None),
	("image", progressive_jpeg(7_000, 7_000, 50), "image/jpeg", None),
)


class Field:
	"""The site, and what is sent to it."""

	def __init__(self, sandbox: Sandbox) -> None:
		self.sandbox = sandbox

	def text(self) -> float:
		"""A new customer writes; seconds until there is a ticket."""
		wa_id = new_number()
		began = time.perf_counter()
		self.sandbox.customer(wa_id, f"Customer {wa_id}").sends("Hello, where is my order?")
		wait_until(lambda: self._has_ticket(wa_id), deadline=120)
		return time.perf_counter() - began

	def _has_ticket(self, wa_id: str) -> bool:
		time.sleep(0.003)
		frappe.db.commit()
		return bool(frappe.db.exists("HD Ticket", {"raised_by": f"{wa_id}@whatsapp.invalid"}))

	def file(self, kind: str, data: bytes, mime_type: str, filename: str | None) -> None:
		"""A stranger sends a file, and a worker has begun with it."""
		before = self._asked()
		stranger = self.sandbox.customer(new_number(), "Stranger")
		stranger.sends_file(kind, data, mime_type, filename=filename)
		wait_until(lambda: time.sleep(0.003) or self._asked() > before, deadline=120)

	def _asked(self) -> int:
		return len([one for one in list(self.sandbox.requests) if one.method == "GET"])

	def quiet(self) -> None:
		"""Waits until no file is on its way and nothing is left to file."""
		from whatsapp_channel.inbound import drain
		from whatsapp_channel.inbound.media import fetching

		self.sandbox.faults.clear()
		wait_until(
			lambda: time.sleep(0.05) or not (fetching.lanes_with_work() or drain.has_work()), deadline=180
		)


def alone(_field: Field, _round: int) -> None:
	"""Nobody sends a file."""


def beside_hostile(field: Field, number: int) -> None:
	"""A file that takes work is being judged."""
	kind, data, mime_type, filename = HOSTILE[number % len(HOSTILE)]
	field.file(kind, data + b"%d" % number, mime_type, filename)


def beside_slow(field: Field, number: int) -> None:
	"""As many files as there are workers for come a byte at a time."""
	for index in range(FETCHERS):
		field.sandbox.faults.add("media_drip", ms=40)
		field.file("image", png(colour=(number % 256, index, 0)), "image/png", None)


def measured(field: Field, rounds: int) -> dict[str, float]:
	"""The median of each case in seconds, all of them in turn and in changing order."""
	cases: dict[str, Callable[[Field, int], None]] = {
		"alone": alone,
		"hostile": beside_hostile,
		"slow": beside_slow,
	}
	times: dict[str, list[float]] = {case: [] for case in cases}
	for number in range(-2, rounds):
		for case in random.sample(sorted(cases), len(cases)):
			cases[case](field, number % 1000)
			taken = field.text()
			field.quiet()
			if number >= 0:
				times[case].append(taken)
	return {case: statistics.median(series) for case, series in times.items()}


def answer(port: int) -> None:
	"""The role of the web server."""
	from werkzeug.serving import WSGIRequestHandler, make_server

	WSGIRequestHandler.log_request = lambda *_arguments: None
	host = connect_from_environment()
	make_server("127.0.0.1", port, host.application, threaded=True).serve_forever()


def work(files: bool) -> None:
	"""The role of a worker: what the jobs that the webhook wakes do, over and over."""
	connect_from_environment()
	from whatsapp_channel.inbound import drain
	from whatsapp_channel.inbound.media import fetching

	print("ready", flush=True)
	while True:
		if not files:
			drain.drain()
		for lane in fetching.lanes_with_work() if files else ():
			fetching.work(lane)
		time.sleep(0.02)


@contextmanager
def site_at_work(name: str) -> Iterator[Field]:
	"""The site with its processes and its Meta."""
	host, port = make_host(name), free_port()
	host.open()
	address = f"http://127.0.0.1:{port}"
	settings = Settings(statuses="manual", retry_delays=(0.05,), give_up_after=60.0)
	with ExitStack() as stack:
		sandbox = stack.enter_context(Sandbox(settings=settings, callback_url=address + WEBHOOK))
		sandbox.url = stack.enter_context(serve(sandbox)).url
		set_up(sandbox)
		for role in ("web", "drain", *["files"] * FETCHERS):
			command = [sys.executable, __file__, "--role", role, "--port", str(port)]
			victim = Victim(command, host.environment(), Path.cwd(), port if role == "web" else 0)
			stack.callback(victim.close)
			victim.wait_until_ready()
		yield Field(sandbox)


def set_up(sandbox: Sandbox) -> None:
	"""Account, number, department and channel with the sandbox's ids."""
	config = sandbox.config
	write_settings(sandbox)
	rows = {
		"WhatsApp Business Account": {
			"waba_id": config.waba_id,
			"account_name": "S",
			"access_token": config.token,
		},
		"WhatsApp Number": {
			"phone_number_id": config.phone_number_id,
			"number": config.number,
			"account": config.waba_id,
		},
		"WhatsApp Channel": {"channel_name": "S", "number": config.phone_number_id, "department": team()},
	}
	for doctype, values in rows.items():
		key = next(iter(values))
		if not frappe.db.exists(doctype, {key: values[key]}):
			frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)
	frappe.db.commit()


def main() -> int:
	"""Runs the benchmark, or one of its processes."""
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site")
	parser.add_argument("--rounds", type=int, default=30)
	parser.add_argument("--role", choices=("web", "drain", "files"), help=argparse.SUPPRESS)
	parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
	arguments = parser.parse_args()
	if arguments.role == "web":
		answer(arguments.port)
	if arguments.role:
		work(arguments.role == "files")
	connect(arguments.site)
	with site_at_work(arguments.site) as field:
		found = measured(field, arguments.rounds)
	results = [
		Result(f"text of another, beside {case} files", found["alone"], found[case], GATE)
		for case in ("hostile", "slow")
	]
	return report(
		f"From webhook to ticket ({arguments.rounds} rounds, medians)", ("alone", "beside"), results
	)


if __name__ == "__main__":
	code = main()
	sys.stdout.flush()
	os._exit(code)
