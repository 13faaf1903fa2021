"""The facts that the health checks judge, as Redis, Frappe's scheduler and MariaDB tell them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from tests.app.desk import WEBHOOK
from whatsapp_channel.clock import utc_now
from whatsapp_channel.health import background_checks
from whatsapp_channel.health import site_checks as site_facts
from whatsapp_channel.health.deadline import Deadline
from whatsapp_channel.helpdesk.site_settings import is_blocked


@pytest.mark.bench_only(reason="workers are in Redis")
def test_a_worker_is_seen_from_its_birth_to_its_death(site: Any) -> None:
	from frappe.utils.background_jobs import generate_qname, get_redis_conn
	from rq import Queue, Worker

	connection = get_redis_conn()
	queues = [Queue(generate_qname(name), connection=connection) for name in ("short", "long")]
	worker = Worker(queues, connection=connection, name=frappe.generate_hash(length=20))
	worker.register_birth()
	try:
		(found,) = (
			each for each in background_checks.seen_workers(Deadline(10)) or () if each.name == worker.name
		)
	finally:
		worker.register_death()
	assert found.queues == ("short", "long")
	assert found.heard
	assert abs(utc_now() - found.heard) < timedelta(seconds=10)
	assert worker.name not in {each.name for each in background_checks.seen_workers(Deadline(10)) or ()}


@pytest.mark.bench_only(reason="scheduled jobs are Frappe's")
@pytest.mark.parametrize("switch", ["maintenance_mode", "pause_scheduler", "disable_scheduler"])
def test_the_switches_of_the_scheduler(site: Any, monkeypatch: pytest.MonkeyPatch, switch: str) -> None:
	monkeypatch.setitem(frappe.conf, switch, 1)
	assert background_checks.read_schedule().off == switch


def test_the_job_that_is_looked_for_is_the_one_that_is_scheduled(site: Any) -> None:
	every_minute = frappe.get_hooks("scheduler_events")["cron"]["* * * * *"]
	assert background_checks.SWEEP in every_minute


@pytest.mark.bench_only(reason="scheduled jobs are Frappe's")
def test_the_last_sweep_is_read_from_its_job(site: Any) -> None:
	job = {"method": "whatsapp_channel.schedule.sweep"}
	frappe.db.set_value("Scheduled Job Type", job, "last_execution", add_to_date(now_datetime(), minutes=-3))
	passed = background_checks.read_schedule().passed
	assert passed
	assert abs(passed - timedelta(minutes=3)) < timedelta(seconds=10)
	frappe.db.set_value("Scheduled Job Type", job, "stopped", 1)
	assert background_checks.read_schedule().passed is None
	frappe.db.rollback()


@pytest.mark.bench_only(reason="SQLite has none of it")
def test_the_database_of_a_bench(site: Any) -> None:
	server = site_facts.read_server()
	assert (server.other_engines, server.other_charsets, server.isolation) == ((), (), "REPEATABLE-READ")
	assert server.largest_packet > 3 * 1024 * 1024


@pytest.fixture
def configure(
	site: Any, host: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, Any]], None]]:
	"""Puts entries into the site configuration, for requests and for this process, until the test is over."""
	folder = host.site.path if host.kind == "embedded" else Path(host.sites) / host.site_name
	file = folder / "site_config.json"
	before = file.read_text()

	def write(entries: dict[str, Any]) -> None:
		file.write_text(json.dumps(json.loads(before) | entries))
		forget_configuration(host)
		for name, value in entries.items():
			monkeypatch.setitem(frappe.conf, name, value)

	yield write
	file.write_text(before)
	forget_configuration(host)


def forget_configuration(host: Any) -> None:
	"""Web processes of Frappe 16, and of the embedded host, keep their copy for a minute."""
	if host.kind == "embedded":
		from frappe._embedded import local

		local.forget_configuration()
		return
	from frappe import config

	if hasattr(config, "clear_site_config_cache"):
		config.clear_site_config_cache()


@pytest.mark.helpdesk_since("1.20")
@pytest.mark.parametrize(
	("entries", "blocked"),
	[
		({}, False),
		({"block_endpoints": 1}, True),
		({"block_endpoints": 1, "allowed_custom_endpoints": ["/api/method/whatsapp_channel."]}, False),
		({"block_endpoints": 1, "allowed_custom_endpoints": '["/api/method/whatsapp_channel."]'}, False),
		({"block_endpoints": 1, "allowed_custom_endpoints": "whatsapp_channel"}, False),
		({"block_endpoints": 1, "allowed_custom_endpoints": ["/api/method/other."]}, True),
		({"block_endpoints": 0}, False),
	],
	ids=["nothing", "blocked", "a list", "a list as JSON", "one text", "another app's", "switched off"],
)
def test_helpdesk_blocks_what_the_check_says(
	configure: Callable[[dict[str, Any]], None], web: Any, entries: dict[str, Any], blocked: bool
) -> None:
	configure(entries)
	assert is_blocked(WEBHOOK) is blocked
	# Ours refuses an unsigned delivery with 401; what Helpdesk blocks never gets there.
	assert web.post(WEBHOOK, content=b"{}").status_code == (403 if blocked else 401)
