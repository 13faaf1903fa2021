"""A benchmark that measures nothing passes every gate."""

from typing import Any

import frappe
import pytest

from benchmarks import bench, statuses


def test_two_rounds_within_a_second_are_two_deliveries() -> None:
	assert len({statuses.body([("name", "wamid.1")], "read", 3) for _round in range(100)}) == 100


@pytest.mark.bench_only("the benchmarks' SQL is MariaDB's")
def test_each_run_of_the_statuses_moves_every_message(site: Any) -> None:
	bench.channel()
	messages = list(statuses.accepted(3))
	prepare = statuses.ours_of(messages, "read", 3)
	for run in range(3):
		work = prepare()
		assert set(states(messages)) == {"Accepted"}, run
		work()
		assert set(states(messages)) == {"Read"}, run


def states(messages: list[tuple[str, str]]) -> list[str]:
	"""The statuses of these messages."""
	frappe.db.commit()
	names = [name for name, _wamid in messages]
	return frappe.get_all(statuses.MESSAGE, {"name": ["in", names]}, pluck="status")
