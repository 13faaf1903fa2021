"""The webhook gate: what an answer of our endpoint costs beside `frappe.ping`, measured alternately in one run.

	python benchmarks/webhook.py --url http://127.0.0.1:8000 --site NAME --app-secret SECRET --phone-number-id ID

Run it against a bench with its production web server. Each delivery carries a message of its own from one of a few
customers, so that a running worker files them meanwhile; start with a stopped worker for the first two figures and
pass --label "busy worker" with a running one. Ratios are printed, because absolute times depend on the machine.
"""

import argparse
import hashlib
import hmac
import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

PING = "/api/method/frappe.ping"
WEBHOOK = "/api/method/whatsapp_channel.api.webhook.receive"


class Target:
	"""One site: a ping and a fresh signed delivery, each answering how long it took in seconds."""

	def __init__(self, arguments: argparse.Namespace) -> None:
		self.secret = arguments.app_secret.encode()
		self.number = arguments.phone_number_id
		self.client = httpx.Client(
			base_url=arguments.url,
			headers={"X-Frappe-Site-Name": arguments.site, "Host": arguments.site},
			timeout=30,
		)

	def ping(self) -> float:
		"""Seconds for one `frappe.ping`."""
		return self._timed(lambda: self.client.get(PING))

	def deliver(self) -> float:
		"""Seconds for one delivery with a message that nobody has seen."""
		body = self._body()
		signature = "sha256=" + hmac.new(self.secret, body, hashlib.sha256).hexdigest()
		headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
		return self._timed(lambda: self.client.post(WEBHOOK, content=body, headers=headers))

	def _timed(self, request: Callable[[], httpx.Response]) -> float:
		start = time.perf_counter()
		response = request()
		taken = time.perf_counter() - start
		if response.status_code != 200:
			raise SystemExit(f"{response.request.url} answered {response.status_code}: {response.text[:300]}")
		return taken

	def _body(self) -> bytes:
		unique = uuid.uuid4().hex
		sender = f"1555010{int(unique[:6], 16) % 20:04d}"
		message = {
			"from": sender,
			"id": f"wamid.{unique}",
			"timestamp": str(int(time.time())),
			"type": "text",
			"text": {"body": f"Benchmark {unique}"},
		}
		value = {
			"messaging_product": "whatsapp",
			"metadata": {"display_phone_number": "15550100000", "phone_number_id": self.number},
			"contacts": [{"profile": {"name": "Benchmark"}, "wa_id": sender}],
			"messages": [message],
		}
		entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
		return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def alternating(target: Target, rounds: int) -> tuple[list[float], list[float]]:
	"""One client, one ping and one delivery in turn."""
	for _ in range(20):
		target.ping()
		target.deliver()
	pings, deliveries = [], []
	for _ in range(rounds):
		pings.append(target.ping())
		deliveries.append(target.deliver())
	return pings, deliveries


def throughput(request: Callable[[], float], clients: int, total: int) -> float:
	"""Answers a second with several clients at once."""
	start = time.perf_counter()
	with ThreadPoolExecutor(clients) as pool:
		list(pool.map(lambda _: request(), range(total)))
	return total / (time.perf_counter() - start)


def main() -> int:
	"""Prints the ratios; exits 1 when a gate is missed."""
	arguments = _arguments()
	target = Target(arguments)
	pings, deliveries = alternating(target, arguments.rounds)
	ratio = statistics.median(deliveries) / statistics.median(pings)
	print(f"{arguments.label}: one client, {arguments.rounds} alternating pairs")
	for name, times in (("frappe.ping", pings), ("webhook", deliveries)):
		p95 = statistics.quantiles(times, n=20)[18]
		print(f"  {name:12} p50 {statistics.median(times) * 1000:6.2f} ms   p95 {p95 * 1000:6.2f} ms")
	print(f"  ratio of p50 {ratio:.2f} (gate {arguments.gate})")
	shares = []
	for _ in range(3):
		ping_rate = throughput(target.ping, 4, arguments.rounds)
		shares.append(throughput(target.deliver, 4, arguments.rounds) / ping_rate)
	share = statistics.median(shares)
	print(f"  four clients: {share:.0%} of ping's answers per second (gate 55%)")
	return int(ratio > arguments.gate or share < 0.55)


def _arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("--url", required=True)
	parser.add_argument("--site", required=True)
	parser.add_argument("--app-secret", required=True)
	parser.add_argument("--phone-number-id", required=True)
	parser.add_argument("--rounds", type=int, default=400)
	parser.add_argument(
		"--gate", type=float, default=1.4, help="1.4 with an idle worker, 2.0 with a busy one"
	)
	parser.add_argument("--label", default="idle worker")
	return parser.parse_args()


if __name__ == "__main__":
	sys.exit(main())
