"""The loss gate: nothing lost and nothing doubled while web and worker are killed at random.

	python benchmarks/loss.py --count 100000                        # embedded, in a fresh site
	BENCH/env/bin/python benchmarks/loss.py --count 5000 --site NAME  # a bench's site that allows tests; rows stay there

Messages of a few hundred customers are repeated up to three times, put into deliveries of different sizes and shuffled.
Several senders post them to a real web process and repeat what was not answered with 200, as Meta does, while that
process and the one that works the deliveries off are killed with SIGKILL again and again. Then the rows are counted.
The same seed makes the same deliveries; when a kill strikes is up to the machine.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from embedded.boot import RealFrappeFound, load_stand_in  # noqa: E402

try:
	load_stand_in()
except RealFrappeFound:
	pass

from benchmarks.loss_plan import ACCOUNT, WITH_TICKETS, WITHOUT, Plan, make_plan  # noqa: E402
from tests.hosts import Host, connect_from_environment, make_host  # noqa: E402
from whatsapp_channel.cloud_api import signature  # noqa: E402

WEBHOOK = "/api/method/whatsapp_channel.api.webhook.receive"
SECRET = "loss-benchmark-secret"
NAME = "Loss"
MESSAGE = "WhatsApp Session Message"


class Victim:
	"""A process that is started again whenever it has been killed."""

	def __init__(self, command: list[str], environment: dict[str, str], folder: Path, port: int = 0) -> None:
		self.command, self.environment, self.folder, self.port = command, environment, folder, port
		self.kills = 0
		self._lock = threading.Lock()
		self._start()

	def _start(self) -> None:
		variables = {**os.environ, **self.environment, "PYTHONPATH": str(REPOSITORY)}
		self.process = subprocess.Popen(
			self.command,
			env=variables,
			cwd=self.folder,
			start_new_session=True,
			stdout=subprocess.DEVNULL if self.port else subprocess.PIPE,
			stderr=subprocess.DEVNULL,
		)

	def wait_until_ready(self) -> None:
		"""Only what works is worth killing: the web answers at its port, the worker says a word."""
		while self.port and self.process.poll() is None:
			with socket.socket() as attempt:
				if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
					return
			time.sleep(0.05)
		if not self.port and self.process.stdout:
			self.process.stdout.readline()

	def kill(self) -> None:
		"""SIGKILL for it and its children, and a new one."""
		with self._lock:
			self._end()
			self.kills += 1
			self._start()

	def revive(self) -> None:
		"""A new one when it has died by itself, as a supervisor does."""
		with self._lock:
			if self.process.poll() is not None:
				self._start()

	def _end(self) -> None:
		with suppress(ProcessLookupError):
			os.killpg(self.process.pid, signal.SIGKILL)
		self.process.wait()

	def close(self) -> None:
		"""The last one."""
		with self._lock:
			self._end()


@dataclass
class Senders:
	"""Meta: posts each body until it is answered with 200."""

	url: str
	headers: dict[str, str]
	answers: Counter[str] = field(default_factory=Counter)

	def run(self, bodies: list[list[bytes]]) -> None:
		"""Returns when everything is answered. Each sender posts its own, one after the other."""
		running = [threading.Thread(target=self._send, args=(own,)) for own in bodies]
		for thread in running:
			thread.start()
		for thread in running:
			thread.join()

	def _send(self, bodies: list[bytes]) -> None:
		with httpx.Client(base_url=self.url, headers=self.headers, timeout=60) as client:
			for body in bodies:
				while not self._post(client, body):
					time.sleep(0.1)

	def _post(self, client: httpx.Client, body: bytes) -> bool:
		headers = {"X-Hub-Signature-256": signature.sign(SECRET, body), "Content-Type": "application/json"}
		try:
			answer = str(client.post(WEBHOOK, content=body, headers=headers).status_code)
		except httpx.HTTPError as error:
			answer = type(error).__name__
		self.answers[answer] += 1
		return answer == "200"


def set_up() -> None:
	"""Settings, account, numbers, departments and channels. The site is for this benchmark alone."""
	import frappe

	if frappe.db.count(MESSAGE):
		raise SystemExit("This site has messages already: run on a fresh site.")
	settings = frappe.get_doc("WhatsApp Channel Settings")
	settings.verify_token = "loss"
	settings.set("app_secrets", [{"label": NAME, "secret": SECRET}])
	settings.save()
	for team in (NAME, f"{NAME} 2"):  # as many as there are channels
		_insert("HD Team", team_name=team)
	_insert("WhatsApp Business Account", waba_id=ACCOUNT, account_name=NAME, access_token="none")
	for number, policy in ((WITH_TICKETS, "Duration"), (WITHOUT, "None")):
		_insert("WhatsApp Number", phone_number_id=number, number=f"+15550100{number[-3:]}", account=ACCOUNT)
		name = f"{NAME} {number[-3:]}"
		_insert("WhatsApp Channel", channel_name=name, number=number, department=NAME, ticket_policy=policy)
	frappe.db.commit()


def _insert(doctype: str, **values: str) -> None:
	import frappe

	if not frappe.db.exists(doctype, next(iter(values.values()))):
		frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


def web_command(host: Host, port: int) -> list[str]:
	"""The host's own web server."""
	if host.kind == "embedded":
		return [sys.executable, __file__, "--role", "web", "--port", str(port)]
	address = ["-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4", "--log-level", "critical"]
	return [sys.executable, "-m", "gunicorn", *address, "frappe.app:application"]


def serve(port: int) -> None:
	"""The role `web` on the embedded host."""
	from werkzeug.serving import WSGIRequestHandler, make_server

	WSGIRequestHandler.log_request = lambda *_arguments: None
	host = connect_from_environment()
	make_server("127.0.0.1", port, host.application, threaded=True).serve_forever()


def work() -> None:
	"""The role `worker`: what the job that the webhook wakes does, over and over."""
	connect_from_environment()
	from whatsapp_channel.inbound import drain

	print("ready", flush=True)
	while True:
		drain.drain()
		time.sleep(0.1)


@contextmanager
def killing(victims: list[Victim], mean_seconds: float, seed: int) -> Iterator[None]:
	"""Kills one of them again and again while the block runs."""
	stop = threading.Event()

	def strike() -> None:
		dice = random.Random(seed)
		while not stop.wait(dice.uniform(0.2, 2 * mean_seconds - 0.2)):
			victim = dice.choice(victims)
			victim.kill()
			victim.wait_until_ready()

	thread = threading.Thread(target=strike)
	thread.start()
	try:
		yield
	finally:
		stop.set()
		thread.join()


def wait_for_the_workers(workers: list[Victim], share: float, total: int, say: Callable[[str], None]) -> None:
	"""Until that share of the messages is filed, or everything and nothing waits."""
	import frappe

	from whatsapp_channel.inbound import drain

	last = time.monotonic()
	while True:
		frappe.db.commit()
		filed = frappe.db.count(MESSAGE)
		if filed >= total * share and (share < 1 or not drain.has_work()):
			return
		if time.monotonic() - last > 30:
			say(f"  {filed} of {total} filed")
			last = time.monotonic()
		for worker in workers:
			worker.revive()
		time.sleep(0.5)


def verify(plan: Plan, *, ordered: bool) -> list[str]:
	"""What is wrong, in words; empty when nothing is. `ordered`: the messages of each customer were sent in order."""
	import frappe

	frappe.db.commit()
	wamids = Counter(frappe.get_all(MESSAGE, pluck="wamid"))
	lost = (plan.texts | plan.reactions) - set(wamids)
	communications = set(frappe.get_all(MESSAGE, {"message_type": "text"}, pluck="communication"))
	counted = frappe.db.sql("select sum(inbound_count) from `tabWhatsApp Session`")[0][0]
	tickets = frappe.db.count("HD Ticket", {"whatsapp_channel": ["is", "set"]})
	shown = frappe.db.count("Communication", {"sender": ["like", "1555%@whatsapp.invalid"]})
	found = {
		"messages lost": (len(lost), 0),
		"messages doubled": (sum(count - 1 for count in wamids.values()), 0),
		"texts with a communication of their own": (len(communications - {None, ""}), len(plan.with_tickets)),
		"communications": (shown, len(plan.with_tickets)),
		"messages counted in sessions": (int(counted or 0), len(plan.texts)),
		"customers": (frappe.db.count("WhatsApp Customer"), plan.customers),
		"tickets": (tickets, plan.tickets),
		"deliveries not processed": (frappe.db.count("WhatsApp Delivery", {"state": ["!=", "Processed"]}), 0),
		"items not processed": (frappe.db.count("WhatsApp Delivery Item", {"state": ["!=", "Processed"]}), 0),
	}
	if ordered:
		found["customers whose messages are not in order"] = (_out_of_order(), 0)
	return [f"{what}: {value}, not {right}" for what, (value, right) in found.items() if value != right]


def _out_of_order() -> int:
	"""Customers whose messages, by the times of their rows, do not follow each other as they were sent."""
	import frappe

	sent: dict[str, list[int]] = {}
	for customer, wamid in frappe.db.sql(
		f"select customer, wamid from `tab{MESSAGE}` order by creation, name"
	):
		sent.setdefault(customer, []).append(int(wamid.rpartition(".")[2]))
	return sum(places != sorted(places) for places in sent.values())


def free_port() -> int:
	"""A port that is free now."""
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return int(listener.getsockname()[1])


def run(arguments: argparse.Namespace) -> int:
	"""The whole benchmark; returns the exit code."""
	say = lambda text: print(text, flush=True)  # noqa: E731
	host = make_host(arguments.site)
	host.open()
	host.connect()
	set_up()
	plan = make_plan(arguments)
	deliveries = sum(map(len, plan.bodies))
	say(f"{host.versions()}: {arguments.count} messages in {deliveries} deliveries, seed {arguments.seed}")
	port = free_port()
	folder = Path.cwd() if arguments.site else REPOSITORY
	web = Victim(web_command(host, port), host.environment(), folder, port)
	command = [sys.executable, __file__, "--role", "worker"]
	workers = [Victim(command, host.environment(), folder) for _ in range(arguments.workers)]
	senders = Senders(f"http://127.0.0.1:{port}", {"X-Frappe-Site-Name": host.site_name})
	begin = time.monotonic()
	try:
		with killing([web, *workers], arguments.kill_every, arguments.seed):
			senders.run(plan.bodies)
			say(f"  everything is answered after {time.monotonic() - begin:.0f} s")
			wait_for_the_workers(workers, 0.95, arguments.count, say)
		wait_for_the_workers(workers, 1, arguments.count, say)
	finally:
		for victim in (web, *workers):
			victim.close()
	seconds = time.monotonic() - begin
	wrong = verify(plan, ordered=arguments.ordered)
	say(
		f"  kills: web {web.kills}, workers {sum(each.kills for each in workers)}; answers: {dict(senders.answers.most_common())}"
	)
	say(f"  {seconds:.0f} s, {arguments.count / seconds:.0f} messages a second")
	say("  " + ("\n  ".join(wrong) if wrong else f"0 of {arguments.count} lost, 0 doubled"))
	host.close()
	return int(bool(wrong))


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--count", type=int, default=5000, help="different messages")
	parser.add_argument("--site", help="a site of the bench in whose environment this runs")
	parser.add_argument("--customers", type=int, default=200)
	parser.add_argument("--ticketed", type=float, default=1.0, help="share of the customers who get a ticket")
	parser.add_argument("--batch", type=int, default=20, help="most messages in one delivery")
	parser.add_argument("--senders", type=int, default=4)
	parser.add_argument("--workers", type=int, default=1, help="processes that work the deliveries off")
	parser.add_argument(
		"--ordered", action="store_true", help="send each customer's messages in order, and look for it"
	)
	parser.add_argument("--kill-every", type=float, default=4.0, help="mean seconds between two kills")
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--role", choices=("web", "worker"), help=argparse.SUPPRESS)
	parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
	return parser.parse_args()


def main() -> int:
	"""Runs the benchmark, or one of its processes."""
	arguments = _arguments()
	if arguments.role == "web":
		serve(arguments.port)
	elif arguments.role == "worker":
		work()
	else:
		return run(arguments)
	return 0


if __name__ == "__main__":
	sys.exit(main())
