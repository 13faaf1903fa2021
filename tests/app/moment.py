"""Real processes that call the same function at the same moment, each with arguments of its own."""

import importlib
import json
import os
import subprocess
import sys
from typing import Any

from tests.app.child import REPOSITORY, answers, connect


def at_once(environment: dict[str, str], function: str, calls: list[list[Any]]) -> list[str]:
	"""Has a function, given by its dotted name, called by as many processes as there are lists of arguments.

	Returns what came of each: "" or the text of its frappe.ValidationError. Raises AssertionError for any other error.
	"""
	variables = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)}
	command = [sys.executable, "-m", "tests.app.moment", function]
	running = [
		subprocess.Popen(
			[*command, json.dumps(arguments)],
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
			env=variables,
			cwd=REPOSITORY,
		)
		for arguments in calls
	]
	for process in running:
		assert process.stdout.readline() == "ready\n"
	for process in running:
		process.stdin.write("go\n")
		process.stdin.flush()
	outputs = [process.communicate(timeout=120)[0] for process in running]
	assert [process.returncode for process in running] == [0] * len(running), outputs
	return [json.loads(output.strip().splitlines()[-1]) for output in outputs]


def main() -> None:
	"""Connects, waits for the word, calls, and says what came of it."""
	parent = answers()
	connect()
	import frappe

	module, _dot, name = sys.argv[1].rpartition(".")
	function = getattr(importlib.import_module(module), name)
	# As a request that has read something already: its view of the database is from before the others' work.
	frappe.db.count("WhatsApp Channel")
	print("ready", file=parent, flush=True)
	sys.stdin.readline()
	refused = ""
	try:
		function(*json.loads(sys.argv[2]))
		frappe.db.commit()
	except frappe.ValidationError as error:
		frappe.db.rollback()
		refused = str(error)
	print(json.dumps(refused), file=parent, flush=True)


if __name__ == "__main__":
	main()
