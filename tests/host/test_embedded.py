"""The embedded host itself: what it lacks, its jobs, its clock."""

import datetime
from typing import Any

import frappe
import pytest

pytestmark = pytest.mark.embedded_only("tests the stand-in, which a bench does not have")

LACKING = {
	"function": lambda: frappe.render_template,
	"database": lambda: frappe.db.get_creation_count,
	"cache": lambda: frappe.cache.zadd,
	"utils": lambda: frappe.utils.nowtime,
}


@pytest.mark.parametrize("reach", LACKING.values(), ids=LACKING.keys())
def test_what_is_lacking_says_so_by_name(site: Any, reach: Any) -> None:
	with pytest.raises(AttributeError, match=r"frappe\.\S+ is not in the embedded host"):
		reach()


def fail() -> None:
	"""A job that fails after it wrote something."""
	frappe.get_doc({"doctype": "HD Team", "team_name": "Half done"}).insert()
	raise ValueError("on purpose")


def succeed(name: str) -> None:
	"""A job that leaves a team."""
	frappe.get_doc({"doctype": "HD Team", "team_name": name}).insert(ignore_permissions=True)


def again() -> None:
	"""A job that asks for another try until there is a mark."""
	if frappe.cache.incrby("whatsapp_channel:tries", 1) < 3:
		raise frappe.RetryBackgroundJobError


@pytest.fixture
def jobs(site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
	"""Functions of this module may be jobs."""
	from frappe.utils import background_jobs

	names = {f"{__name__}.{each.__name__}": each for each in (fail, succeed, again)}
	others = background_jobs.frappe.get_attr
	monkeypatch.setattr(background_jobs.frappe, "get_attr", lambda name: names.get(name) or others(name))
	return site


def test_a_failed_job_leaves_an_error_log_and_the_queue_goes_on(jobs: Any) -> None:
	frappe.enqueue(fail)
	frappe.enqueue(succeed, name=frappe.generate_hash(length=8))
	assert jobs.run_jobs() == 2
	assert frappe.db.count("Error Log", {"method": f"{__name__}.fail"}) == 1
	assert not frappe.db.exists("HD Team", "Half done")


def test_a_job_runs_as_whoever_queued_it(jobs: Any) -> None:
	name = frappe.generate_hash(length=8)
	frappe.set_user("Guest")
	frappe.enqueue(succeed, name=name)
	jobs.run_jobs()
	assert frappe.db.get_value("HD Team", name, "owner") == "Guest"


def test_a_job_that_waits_for_the_commit_goes_with_the_rollback(jobs: Any) -> None:
	frappe.enqueue(succeed, name="never", enqueue_after_commit=True)
	frappe.db.rollback()
	frappe.db.commit()
	assert jobs.run_jobs() == 0


def test_a_job_may_ask_for_another_try(jobs: Any) -> None:
	frappe.enqueue(again)
	assert jobs.run_jobs() == 1
	assert frappe.cache.get("whatsapp_channel:tries") == b"3"


def test_a_worker_works_the_queue_off(jobs: Any) -> None:
	from embedded.worker import Worker

	frappe.enqueue(succeed, name=(name := frappe.generate_hash(length=8)))
	worker = Worker(jobs.site).start()
	deadline = datetime.datetime.now() + datetime.timedelta(seconds=60)
	while not frappe.db.exists("HD Team", name) and datetime.datetime.now() < deadline:
		worker.idle.wait(1)
	worker.stop()
	assert frappe.db.exists("HD Team", name)


SUNDAY = datetime.datetime(2026, 11, 22, 0, 30)
PATTERNS = {
	"every minute": ("* * * * *", True),
	"every ten minutes": ("*/10 * * * *", True),
	"every seven minutes": ("*/7 * * * *", False),
	"list": ("15,30 0 * * *", True),
	"range": ("20-40 0-1 * * *", True),
	"another hour": ("30 1 * * *", False),
	"sunday": ("30 0 * * 0", True),
	"monday": ("30 0 * * 1", False),
}


@pytest.mark.parametrize(("pattern", "due"), PATTERNS.values(), ids=PATTERNS.keys())
def test_cron_patterns(pattern: str, due: bool) -> None:
	from embedded.scheduler import is_due

	assert is_due(pattern, SUNDAY) is due


def test_an_event_runs_what_apps_registered_for_it(site: Any) -> None:
	from embedded.scheduler import Ticker, run_event

	assert run_event(site.site, "* * * * *") >= 1
	assert run_event(site.site, "no such event") == 0
	Ticker(site.site).run_due(SUNDAY)
	assert frappe.db.count("Error Log") == 0
