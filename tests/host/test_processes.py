"""Several threads and processes on one site."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import frappe
import pytest

REPOSITORY = Path(__file__).parents[2]
COUNTER = "host-counter"
THREADS = 50
ADD = """
def add(count):
	import frappe
	for _ in range(count):
		current = frappe.db.sql("select current from tabSeries where name = %s for update", "host-counter")[0][0]
		frappe.db.sql("update tabSeries set current = %s where name = %s", (current + 1, "host-counter"))
		frappe.db.commit()
"""
PREPARE = """
import sys
from tests.app.child import answers, connect
parent = answers()
connect()
import frappe
"""
exec(ADD)


@pytest.fixture
def counter(site: Any) -> Any:
	"""A row with a number, at zero."""
	frappe.db.sql("delete from tabSeries where name = %s", COUNTER)
	frappe.db.sql("insert into tabSeries (name, current) values (%s, 0)", COUNTER)
	frappe.db.commit()
	return site


def child(site: Any, code: str) -> subprocess.Popen:
	"""A process connected to the site; it says what its code prints to `parent`."""
	environment = {**os.environ, **site.environment(), "PYTHONPATH": str(REPOSITORY)}
	command = [sys.executable, "-c", PREPARE + code]
	pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
	return subprocess.Popen(command, env=environment, cwd=REPOSITORY, text=True, **pipes)


def value() -> int:
	"""The counter's number."""
	frappe.db.rollback()
	return frappe.db.sql("select current from tabSeries where name = %s", COUNTER)[0][0]


def test_threads_that_lock_a_row_lose_no_change(counter: Any) -> None:
	failures: list[BaseException] = []

	def work() -> None:
		counter.connect()
		try:
			globals()["add"](1)
		except Exception as error:
			failures.append(error)
		finally:
			counter.disconnect()

	threads = [threading.Thread(target=work) for _ in range(THREADS)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(120)
	assert failures == []
	assert value() == THREADS


def test_processes_that_lock_a_row_lose_no_change(counter: Any) -> None:
	children = [child(counter, f"{ADD}\nadd(20)") for _ in range(3)]
	assert [each.wait(120) for each in children] == [0, 0, 0]
	assert value() == 60


def lock(name: str, function: str = "get_lock(%s, 0)") -> Any:
	"""What the database says to a named lock."""
	return frappe.db.sql(f"select {function}", name)[0][0]


def test_a_named_lock_is_for_one_process_until_that_ends(site: Any) -> None:
	holder = child(
		site,
		"print(frappe.db.sql(\"select get_lock('host', 0)\")[0][0], file=parent, flush=True)\nsys.stdin.read()",
	)
	assert holder.stdout.readline().strip() == "1"
	assert lock("host") == 0
	holder.kill()
	holder.wait(60)
	assert lock("host", "get_lock(%s, 10)") == 1
	assert lock("host", "release_lock(%s)") == 1


@pytest.mark.parametrize(
	"noise",
	[
		"print('12')",
		"sys.stdout.write('12\\n')",
		"logging.basicConfig(stream=sys.stdout); logging.error('12')",
	],
	ids=["print", "write", "log"],
)
def test_what_a_library_prints_is_no_answer_of_a_child(site: Any, noise: str) -> None:
	talker = child(site, f"import logging\n{noise}\nprint('mine', file=parent)")
	assert talker.communicate(timeout=60)[0] == "mine\n"


def test_a_named_lock_can_be_held_twice(site: Any) -> None:
	assert [lock("twice"), lock("twice")] == [1, 1]
	assert [lock("twice", "release_lock(%s)") for _ in range(3)] == [1, 1, None]


def test_the_cache_is_shared_by_processes(site: Any) -> None:
	key = frappe.cache.make_key("whatsapp_channel:host")
	assert [frappe.cache.set(key, 1, nx=True, ex=60), frappe.cache.set(key, 2, nx=True, ex=60)] == [
		True,
		None,
	]
	code = "print(frappe.cache.get(frappe.cache.make_key('whatsapp_channel:host')), file=parent, flush=True)"
	assert child(site, code).communicate(timeout=60)[0].strip() == "b'1'"
	assert [frappe.cache.incrby(key, 4), frappe.cache.delete(key), frappe.cache.get(key)] == [5, 1, None]
