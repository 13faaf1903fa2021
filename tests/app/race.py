"""Real processes that do one thing at the same moment. Run by test_races; reads its orders from standard input."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from tests.app.child import REPOSITORY, answers, connect


def at_once(environment: dict[str, str], deliveries: Sequence[str], processes: int) -> None:
	"""Has every delivery processed at the same time: by several processes, with a thread and a connection for each.

	Raises AssertionError with the output of a process that failed.
	"""
	shares = [list(deliveries[index::processes]) for index in range(processes)]
	command = [sys.executable, "-m", "tests.app.race"]
	variables = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)}
	running = [
		subprocess.Popen(
			command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, cwd=REPOSITORY
		)
		for _ in shares
	]
	for process, share in zip(running, shares, strict=True):
		process.stdin.write(json.dumps(share) + "\n")
		process.stdin.flush()
	for process in running:
		assert process.stdout.readline() == "ready\n"
	for process in running:
		process.stdin.write("go\n")
		process.stdin.flush()
	for process in running:
		output, _ = process.communicate(timeout=120)
		assert process.returncode == 0, output


def main() -> int:
	"""Connects every thread, says ready, waits for the word, and goes."""
	parent = answers()
	deliveries = json.loads(sys.stdin.readline())
	host = connect()
	connected = threading.Barrier(len(deliveries) + 1)
	start = threading.Event()
	errors: list[str] = []

	def work(name: str) -> None:
		from whatsapp_channel.inbound.drain import process_delivery

		host.connect()
		connected.wait()
		start.wait()
		try:
			process_delivery(name)
		except Exception as error:
			errors.append(repr(error))
		finally:
			host.disconnect()

	threads = [threading.Thread(target=work, args=(name,)) for name in deliveries]
	for thread in threads:
		thread.start()
	connected.wait()
	print("ready", file=parent, flush=True)
	sys.stdin.readline()
	start.set()
	for thread in threads:
		thread.join()
	print("\n".join(errors), file=parent, flush=True)
	return int(bool(errors))


if __name__ == "__main__":
	sys.exit(main())
