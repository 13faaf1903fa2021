"""Processes that do the app's work and kill themselves in the middle of it. Run by `Crasher`; also its other end.

A server process forks one child for each order, because a fresh interpreter for every statement of every scenario
would take longer than the scenarios.
"""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from tests.app.child import REPOSITORY, answers, connect

DRAIN = "whatsapp_channel.inbound.drain.drain"


class Crasher:
	"""Runs the drain in processes that die at a chosen moment."""

	def __init__(self, environment: dict[str, str]) -> None:
		variables = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)}
		command = [sys.executable, "-m", "tests.app.crashing"]
		self.server = subprocess.Popen(
			command,
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
			env=variables,
			cwd=REPOSITORY,
		)
		assert self.server.stdout.readline() == "ready\n"

	def drain(
		self, *, kill_at: int | None = None, kill_at_message: str | None = None, kill_at_file: bool = False
	) -> bool:
		"""Drains and fetches until done or dead: killed before the `kill_at`-th SQL statement or HTTP call, when the
		message with a certain id is filed, or when a file has come. Returns whether it was killed; raises AssertionError
		when it failed otherwise."""
		order = {"kill_at": kill_at, "kill_at_message": kill_at_message, "kill_at_file": kill_at_file}
		self.server.stdin.write(json.dumps(order) + "\n")
		self.server.stdin.flush()
		status = int(self.server.stdout.readline())
		if os.WIFSIGNALED(status):
			assert os.WTERMSIG(status) == signal.SIGKILL
			return True
		assert os.WEXITSTATUS(status) == 0, "the drain failed instead of being killed"
		return False

	def close(self) -> None:
		"""Ends the server."""
		self.server.stdin.close()
		self.server.wait(timeout=60)
		self.server.stdout.close()


def die() -> None:
	"""As the kernel's out-of-memory killer does it: nothing is cleaned up."""
	os.kill(os.getpid(), signal.SIGKILL)


def _before(owner: Any, name: str, action: Any) -> None:
	original = getattr(owner, name)

	def wrapper(*args: Any, **kwargs: Any) -> Any:
		action(*args)
		return original(*args, **kwargs)

	setattr(owner, name, wrapper)


def _arm_statements(kill_at: int) -> None:
	import frappe
	import httpx

	left = [kill_at]

	def tick(*_args: Any) -> None:
		left[0] -= 1
		if left[0] <= 0:
			die()

	database = type(frappe.local.db)
	# The embedded host's own methods go past `sql`, through `execute`.
	_before(database, "execute" if _has(database, "execute") else "sql", tick)
	_before(database, "commit", tick)
	_before(httpx.HTTPTransport, "handle_request", tick)
	_before(httpx.Response, "close", tick)


def _has(database: type, name: str) -> bool:
	return any(name in vars(base) for base in database.__mro__)


def _arm_message(wamid: str) -> None:
	from whatsapp_channel.cloud_api.webhook_parser import ItemKind
	from whatsapp_channel.inbound import dispatch

	original = dispatch.HANDLERS[ItemKind.MESSAGE]

	def file(item: Any) -> None:
		if item.message.id == wamid:
			die()
		original(item)

	dispatch.HANDLERS[ItemKind.MESSAGE] = file


def _arm_file() -> None:
	from whatsapp_channel.conversations.media import store

	_before(store.dimensions, "check", lambda *_arguments: die())


def _work(host: Any, order: dict[str, Any]) -> None:
	from whatsapp_channel.inbound import drain as drains
	from whatsapp_channel.inbound.drain import drain
	from whatsapp_channel.inbound.media import fetching

	host.connect()
	# Who dies does so where it is told, and not behind the end of its turn on a slow machine.
	drains.BUDGET_SECONDS = 600
	if order["kill_at"]:
		_arm_statements(order["kill_at"])
	if order["kill_at_file"]:
		_arm_file()
	if order["kill_at_message"]:
		_arm_message(order["kill_at_message"])
	drain()
	for lane in fetching.lanes_with_work():
		fetching.work(lane)
		drain()
	host.disconnect()


def _in_child(host: Any, order: dict[str, Any]) -> int:
	child = os.fork()
	if child:
		return os.waitpid(child, 0)[1]
	try:
		_work(host, order)
	except BaseException:
		sys.excepthook(*sys.exc_info())
		os._exit(1)
	os._exit(0)


def main() -> None:
	"""Imports everything once, then forks a child for each order on standard input."""
	parent = answers()
	host = connect()
	from whatsapp_channel.inbound import drain  # noqa: F401 (so that no child has to import it)

	host.disconnect()
	print("ready", file=parent, flush=True)
	for line in sys.stdin:
		print(_in_child(host, json.loads(line)), file=parent, flush=True)


if __name__ == "__main__":
	main()
