"""The gate of many workers: how much faster two and four of them file what waits than one, and how long a reply waits.

	BENCH/env/bin/python -m benchmarks.workers --site NAME

Run it in the root of this repository, on a site of its own: it leaves its rows behind. Every SQL statement of a worker
takes 5 ms longer than it does, as if the database were on another machine, so that the processors of this one are not
the limit; all numbers of workers are measured in turn. The reply is timed without that, from the agent's commit to its
arrival at the sandbox, behind a backlog, with one worker of Frappe for all its queues.
"""

import argparse
import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe

from benchmarks import bench
from whatsapp_channel.cloud_api.webhook_parser import read_delivery
from whatsapp_channel.inbound import delivery, dispatch, drain

LATENCY_SECONDS = 0.005
GATES = {2: 1.7, 4: 3.0}
REPLY_SECONDS = 3.0
PATIENCE_SECONDS = 60
COUNTS = (1, 2, 4)
DELIVERY = "WhatsApp Delivery"
HERE = Path(__file__).resolve().parents[1]


def main() -> int:
	"""Runs the benchmark, or one of its workers; exits 1 when a gate is missed."""
	arguments = _arguments()
	bench.connect(arguments.site)
	if arguments.role == "drain":
		return work(arguments.latency)
	bench.channel()
	missed = False
	if arguments.only == "reply":
		return int(behind_a_backlog(arguments))
	for what, prepare, gates in (
		("messages in open tickets", in_open_tickets(arguments.messages), GATES),
		("new customers with tickets", of_strangers(arguments.messages // 2), {}),
		("the same customer's", of_one(arguments.messages // 4), {}),
	):
		missed |= scaling(arguments, what, prepare, gates)
		if arguments.only == "open":
			return int(missed)
	return int(missed | behind_a_backlog(arguments))


def scaling(
	arguments: argparse.Namespace, what: str, prepare: Callable[[], list[bytes]], gates: dict[int, float]
) -> bool:
	"""Prints messages a second for each number of workers, and the ratios; True when a gate is missed."""
	rates: dict[int, list[float]] = {count: [] for count in COUNTS}
	for _ in range(arguments.rounds):
		for count in random.sample(COUNTS, len(COUNTS)):
			bodies = prepare()
			rates[count].append(len(bodies) / timed(arguments, bodies, count))
	medians = {count: statistics.median(found) for count, found in rates.items()}
	print(f"{what}, {arguments.latency * 1000:.0f} ms a statement, medians of {arguments.rounds}")
	missed = False
	for count, rate in medians.items():
		ratio = rate / medians[1]
		gate = gates.get(count, 0)
		verdict = f"(gate {gate})  {'ok' if ratio >= gate else 'MISSED'}" if gate else ""
		print(f"  {count} workers {rate:8.1f} a second {ratio:6.2f}  {verdict}", flush=True)
		missed |= ratio < gate
	return missed


def timed(arguments: argparse.Namespace, bodies: list[bytes], count: int) -> float:
	"""Seconds in which so many workers, all of them ready, file these deliveries."""
	for body in bodies:
		delivery.store(body)
	with workers(arguments, count) as running:
		begin = time.perf_counter()
		for process in running:
			process.stdin.write("go\n")
			process.stdin.flush()
		while _waiting():
			time.sleep(0.02)
		return time.perf_counter() - begin


def _waiting() -> bool:
	frappe.db.commit()
	return drain.has_work()


@contextmanager
def workers(arguments: argparse.Namespace, count: int) -> Iterator[list[subprocess.Popen]]:
	"""Processes that are connected and wait for the word."""
	command = [sys.executable, "-m", "benchmarks.workers", "--site", arguments.site, "--role", "drain"]
	command += ["--latency", str(arguments.latency)]
	variables = {**os.environ, "PYTHONPATH": str(HERE)}
	running = [
		subprocess.Popen(
			command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, cwd=HERE
		)
		for _ in range(count)
	]
	try:
		for process in running:
			assert process.stdout.readline() == "ready\n"
		yield running
	finally:
		for process in running:
			process.kill()
			process.wait()


def work(latency: float) -> int:
	"""A worker: the jobs that the webhook wakes, one after the other."""
	_slow_down(latency)
	frappe.enqueue = lambda *_arguments, **_more: (
		None
	)  # this loop stands for what Frappe's workers would start
	print("ready", flush=True)
	sys.stdin.readline()
	os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what Helpdesk prints
	while True:
		drain.drain()
		time.sleep(0.01)


def _slow_down(latency: float) -> None:
	kind = type(frappe.local.db)
	original = kind.sql

	def sql(*arguments: Any, **named: Any) -> Any:
		time.sleep(latency)
		return original(*arguments, **named)

	kind.sql = sql


# -- a reply behind a backlog ----------------------------------------------------------------------------------------


def behind_a_backlog(arguments: argparse.Namespace) -> bool:
	"""Prints how long replies and others' jobs wait behind messages with one worker; True when a reply took too long."""
	from whatsapp_channel.jobs import wake_drain
	from whatsapp_channel.sandbox import Sandbox, serve
	from whatsapp_channel.sandbox.state.model import Settings

	_allow_the_sandbox(arguments.site)
	with (
		Sandbox(settings=Settings(statuses="manual"), callback_url="http://127.0.0.1:9/none") as sandbox,
		serve(sandbox) as server,
	):
		sandbox.url = server.url
		ticket = _ticket_of(sandbox)
		for body in in_open_tickets(arguments.backlog)():
			delivery.store(body)
		waits: dict[str, list[float]] = {}
		with bench_worker():
			wake_drain()
			time.sleep(3)
			while len(waits.get("reply", ())) < arguments.replies and _waiting():
				waits.setdefault("reply", []).append(_reply(sandbox, ticket))
				for queue in ("short", "default", "long"):
					waits.setdefault(f"a job in {queue}", []).append(_job(queue))
			left = frappe.db.count(DELIVERY, {"state": "Received"})
	print(f"behind {arguments.backlog} messages, {left} of them left at the end, with one worker")
	for what, found in waits.items():
		print(f"  {what:20} median {statistics.median(found):6.2f} s, most {max(found):6.2f} s")
	print(f"  (gate of a reply: {REPLY_SECONDS} s at most)", flush=True)
	return max(waits["reply"]) > REPLY_SECONDS


def _allow_the_sandbox(site: str) -> None:
	from frappe.installer import update_site_config

	update_site_config("whatsapp_channel_allow_custom_api", 1)
	frappe.destroy()
	bench.connect(site)


def _ticket_of(sandbox: Any) -> str:
	"""A ticket in a channel whose Meta is the sandbox."""
	from benchmarks.strangers import set_up

	set_up(sandbox)
	account = frappe.get_doc("WhatsApp Business Account", sandbox.config.waba_id)
	account.access_token = sandbox.config.token
	account.save()
	number = bench.new_number()
	sandbox.customer(number, "Maria")
	body = bench.message_body(number).decode().replace(bench.NUMBER, sandbox.config.phone_number_id)
	(item,) = read_delivery(body.replace(bench.ACCOUNT, sandbox.config.waba_id)).items
	dispatch.process("benchmark", item)
	frappe.db.commit()
	return str(frappe.get_all("HD Ticket", {"raised_by": ["like", f"{number}@%"]}, pluck="name")[0])


@contextmanager
def bench_worker() -> Iterator[None]:
	"""One worker of Frappe for all its queues."""
	code = "from frappe.utils.background_jobs import start_worker; start_worker('short,default,long', quiet=True)"
	process = subprocess.Popen(
		[sys.executable, "-c", code],
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
		start_new_session=True,
	)
	try:
		yield
	finally:
		os.killpg(process.pid, signal.SIGKILL)
		process.wait()


def _reply(sandbox: Any, ticket: str) -> float:
	"""Seconds from an agent's commit to the arrival at Meta."""
	before = _posts(sandbox)
	document = frappe.get_doc("HD Ticket", ticket)
	document.reply_via_agent(message="<p>Hello</p>", to=document.raised_by)
	frappe.db.commit()
	begin = time.perf_counter()
	while _posts(sandbox) == before and time.perf_counter() - begin < PATIENCE_SECONDS:
		time.sleep(0.01)
	return time.perf_counter() - begin


def _posts(sandbox: Any) -> int:
	return sum(request.method == "POST" for request in list(sandbox.requests))


def _job(queue: str) -> float:
	"""Seconds until a job of somebody else has ended."""
	job = frappe.enqueue("frappe.ping", queue=queue)
	begin = time.perf_counter()
	while job.get_status(refresh=True) != "finished" and time.perf_counter() - begin < PATIENCE_SECONDS:
		time.sleep(0.01)
	return time.perf_counter() - begin


# -- what is filed ---------------------------------------------------------------------------------------------------


def in_open_tickets(count: int, customers: int = 40) -> Callable[[], list[bytes]]:
	"""Messages of customers in turn who have an open ticket."""
	numbers = [bench.new_number() for _ in range(customers)]
	for number in numbers:
		dispatch.process("benchmark", bench.message_item(number))
	return lambda: [bench.message_body(numbers[index % customers]) for index in range(count)]


def of_strangers(count: int) -> Callable[[], list[bytes]]:
	"""First messages: a Contact and a ticket for each."""
	return lambda: [bench.message_body(bench.new_number()) for _ in range(count)]


def of_one(count: int) -> Callable[[], list[bytes]]:
	"""Messages of one customer, whom no two workers may file at once."""
	return in_open_tickets(count, customers=1)


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--site", required=True)
	parser.add_argument("--messages", type=int, default=200)
	parser.add_argument("--rounds", type=int, default=3)
	parser.add_argument("--backlog", type=int, default=600)
	parser.add_argument("--replies", type=int, default=5)
	parser.add_argument(
		"--latency", type=float, default=LATENCY_SECONDS, help="seconds added to each statement"
	)
	parser.add_argument(
		"--only", choices=("reply", "open"), help="replies, or messages in open tickets, alone"
	)
	parser.add_argument("--role", choices=("drain",), help=argparse.SUPPRESS)
	return parser.parse_args()


if __name__ == "__main__":
	code = main()
	sys.stdout.flush()
	with contextlib.suppress(Exception):
		frappe.destroy()
	os._exit(code)
