"""That work is done although Frappe's scheduler is not: it holds its jobs back after a change of zone or clock, or is dead."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import frappe
import pytest

from tests.app.desk import MESSAGE, Desk
from whatsapp_channel import jobs, schedule
from whatsapp_channel.api import ticket as ticket_page
from whatsapp_channel.clock import site_now
from whatsapp_channel.health import background_checks

SWEEP = "whatsapp_channel.schedule.sweep"
OTHERS = "frappe.somebody.elses"


@pytest.fixture
def scheduled(site: Any) -> Iterator[dict[str, str]]:
	"""A scheduled job of ours and one of another app, by method; what the site had is as it was afterwards."""
	before = frappe.get_all(jobs.SCHEDULED, fields=["name", "last_execution", "stopped"])
	yield {method: job(method) for method in (SWEEP, OTHERS)}
	frappe.db.rollback()
	frappe.db.delete(jobs.SCHEDULED, {"name": ["not in", [each.name for each in before] or [""]]})
	for each in before:
		values = {"last_execution": each.last_execution, "stopped": each.stopped}
		frappe.db.set_value(jobs.SCHEDULED, each.name, values, update_modified=False)
	frappe.db.commit()


def job(method: str) -> str:
	"""The name of a scheduled job, which is made where the host has none."""
	values = {"doctype": jobs.SCHEDULED, "method": method, "frequency": "All"}
	name = frappe.db.get_value(jobs.SCHEDULED, {"method": method})
	return name or frappe.get_doc(values).insert().name


def ran(name: str, **ahead: float) -> None:
	"""When a job ran last, counted from now."""
	values = {"last_execution": site_now() + timedelta(**ahead), "stopped": 0}
	frappe.db.set_value(jobs.SCHEDULED, name, values, update_modified=False)
	frappe.db.commit()


def minutes_ahead(name: str) -> int:
	frappe.db.commit()
	ahead = frappe.db.get_value(jobs.SCHEDULED, name, "last_execution") - site_now()
	return round(ahead.total_seconds() / 60)


@pytest.mark.parametrize(
	("ahead", "left"),
	[
		pytest.param({"hours": 9.5}, 0, id="the zone was changed"),
		pytest.param({"minutes": 59}, 0, id="clocks went back"),
		pytest.param({"seconds": 20}, 0, id="another machine's clock is ahead: within reason"),
		pytest.param({"minutes": -3}, -3, id="it ran before"),
	],
)
def test_a_sweep_sets_our_jobs_going_that_ran_in_a_time_to_come(
	scheduled: dict[str, str], ahead: dict[str, float], left: int
) -> None:
	for name in scheduled.values():
		ran(name, **ahead)
	schedule.sweep()
	assert minutes_ahead(scheduled[SWEEP]) == left
	assert minutes_ahead(scheduled[OTHERS]) == round(timedelta(**ahead).total_seconds() / 60)


def test_a_job_that_never_ran_counts_from_when_it_was_made(scheduled: dict[str, str]) -> None:
	values = {"last_execution": None, "creation": site_now() + timedelta(hours=5)}
	frappe.db.set_value(jobs.SCHEDULED, scheduled[SWEEP], values, update_modified=False)
	assert scheduled[SWEEP] in jobs.held_back()
	jobs.begin_now()
	assert scheduled[SWEEP] not in jobs.held_back()


def test_a_job_that_was_stopped_stays_alone(scheduled: dict[str, str]) -> None:
	ran(scheduled[SWEEP], hours=5)
	frappe.db.set_value(jobs.SCHEDULED, scheduled[SWEEP], "stopped", 1)
	assert scheduled[SWEEP] not in jobs.held_back()


def test_whoever_changes_the_zone_sets_our_jobs_going(scheduled: dict[str, str]) -> None:
	ran(scheduled[SWEEP])
	settings = frappe.get_doc("System Settings")
	zone = settings.time_zone
	settings.time_zone = "Pacific/Pago_Pago"
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.db.commit()
	try:
		frappe.local.system_settings = None
		assert minutes_ahead(scheduled[SWEEP]) == 0
	finally:
		settings.time_zone = zone
		settings.save()
		frappe.db.commit()
		frappe.local.system_settings = None


def test_the_command_of_the_health_page_sets_all_jobs_going(scheduled: dict[str, str]) -> None:
	for name in scheduled.values():
		ran(name, hours=3)
	assert jobs.begin_now() == 2
	assert [minutes_ahead(name) for name in scheduled.values()] == [0, 0]


@pytest.mark.bench_only(reason="scheduled jobs are Frappe's")
def test_health_says_that_jobs_are_held_back_and_what_to_do(scheduled: dict[str, str]) -> None:
	ran(scheduled[SWEEP])
	frappe.db.set_single_value("System Settings", "enable_scheduler", 1)
	ran(scheduled[OTHERS], hours=9)
	found = background_checks.scheduler()
	assert found.state == "PROBLEM"
	assert "Scheduled jobs do not run (1 jobs" in found.reason
	assert "whatsapp_channel.jobs.begin_now" in found.fix
	frappe.db.rollback()


# -- nobody sweeps ---------------------------------------------------------------------------------------------------


@pytest.fixture
def overlooked(desk: Desk) -> str:
	"""A reply whose wake-up was lost, while no scheduler runs; its ticket."""
	desk.writes("Is anyone there?")
	ticket = desk.ticket()
	desk.reply(ticket, "<p>Yes.</p>")
	lose_redis()
	return ticket


def lose_redis() -> None:
	"""What jobs and flags there were is gone."""
	for key in ("sweep", "drain", *(jobs.queue_name(*each) for each in queues())):
		frappe.cache.delete(jobs._flag(key))


def queues() -> list[tuple[str, str]]:
	return frappe.get_all(MESSAGE, {"status": "Queued"}, ["customer", "channel"], as_list=True)


def another_customer_writes(desk: Desk, ticket: str) -> None:
	desk.sandbox.customer("4915112345678", "Ada").sends("Good morning")
	desk.flush()


def an_agent_looks(desk: Desk, ticket: str) -> None:
	ticket_page.state(ticket)


@pytest.mark.parametrize("happens", [another_customer_writes, an_agent_looks])
def test_without_a_scheduler_any_work_finds_what_was_overlooked(
	desk: Desk, overlooked: str, host: Any, happens: Any
) -> None:
	host.forget_jobs()
	happens(desk, overlooked)
	host.run_jobs()
	assert "Yes." in desk.on_phone()


def test_nobody_stands_in_for_a_scheduler_that_runs(desk: Desk, overlooked: str, host: Any) -> None:
	schedule.sweep()
	host.forget_jobs()
	lose = [jobs.queue_name(*each) for each in queues()]
	for key in lose:
		frappe.cache.delete(jobs._flag(key))
	an_agent_looks(desk, overlooked)
	host.run_jobs()
	assert desk.on_phone() == []
