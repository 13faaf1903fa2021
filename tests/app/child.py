"""A process of its own that does one piece of the app's work on the site under test, to be killed in the middle."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

REPOSITORY = Path(__file__).parents[2]


def start(environment: dict[str, str], function: str, *arguments: Any) -> subprocess.Popen:
	"""Starts a process that calls a function of the app, given by its dotted name."""
	command = [sys.executable, "-m", "tests.app.child", function, json.dumps(arguments)]
	variables = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)}
	return subprocess.Popen(command, env=variables, cwd=REPOSITORY)


def connect() -> Any:
	"""Connects this process to the site of its parent; returns the host."""
	from embedded.boot import RealFrappeFound, load_stand_in

	try:
		load_stand_in()
	except RealFrappeFound:
		pass
	from tests.hosts import connect_from_environment

	return connect_from_environment()


def answers() -> TextIO:
	"""Where this process answers its parent: its standard output, to which from now on nothing else is written.

	What loggers and libraries print goes to standard error: a line of theirs is no answer.
	"""
	own = os.fdopen(os.dup(1), "w")
	os.dup2(2, 1)
	return own


def main() -> None:
	"""Connects and calls. A turn of work has no end but that by its test, however slow the machine is."""
	connect()
	importlib.import_module("whatsapp_channel.inbound.drain").BUDGET_SECONDS = 600
	module, _, name = sys.argv[1].rpartition(".")
	getattr(importlib.import_module(module), name)(*json.loads(sys.argv[2]))


if __name__ == "__main__":
	main()
