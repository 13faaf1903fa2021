"""Checks of background work: workers, the scheduler, and waiting deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import frappe
from frappe import _

from whatsapp_channel import jobs
from whatsapp_channel.clock import age, site_now, utc_now
from whatsapp_channel.database import single_value
from whatsapp_channel.doctypes import DELIVERY, ITEM, SETTINGS
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.result import Finding, Skip, ok, problem, warning
from whatsapp_channel.inbound import unfiled as inbound_unfiled
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.item_errors import ItemState
from whatsapp_channel.settings import UNFILED_DAYS

# The queues of this app's jobs; the scheduler's jobs are in `default` and `long`.
QUEUES = ("short", "default", "long")
# The heartbeat of an idle RQ worker comes every 405 seconds, that of a busy one every 30.
SILENT_SECONDS = 480
SWEEP = "whatsapp_channel.schedule.sweep"
# Before what nobody filed is deleted: a week's holiday is no reason to lose it.
LAST_NOTICE = timedelta(days=7)
# The sweep runs every minute.
OVERDUE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WorkerSeen:
	"""A worker process as registered in Redis."""

	name: str
	queues: tuple[str, ...]
	heard: datetime | None


def worker(deadline: Deadline) -> Finding:
	"""Whether a worker serves every queue that this app uses."""
	restart = _(
		"Start the workers of the bench, for example by supervisor or systemd, and look at logs/worker.log."
	)
	try:
		workers = seen_workers(deadline)
	except TooSlow:
		workers = None
	if workers is None:
		return problem(
			_("The Redis of the job queue does not answer."),
			_("Start it, and compare redis_queue in common_site_config.json with its port."),
		)
	alive = [each for each in workers if _is_alive(each)]
	details = {each.name: ", ".join(each.queues) for each in alive}
	unserved = [queue for queue in QUEUES if not any(queue in each.queues for each in alive)]
	if not unserved:
		return ok(_("Every queue has a worker (workers: {0}).").format(len(alive)), details=details)
	if alive:
		reason = _("No worker serves the queues {0}.").format(", ".join(unserved))
	else:
		reason = _("No worker is alive: messages are stored, but neither filed nor sent.")
	return problem(reason, restart, details=details)


def _is_alive(seen: WorkerSeen) -> bool:
	return bool(seen.heard) and (utc_now() - seen.heard).total_seconds() <= SILENT_SECONDS


def seen_workers(deadline: Deadline) -> Sequence[WorkerSeen] | None:
	"""Every worker of this bench; None if Redis does not answer. Raises Skip on a host without job queue, and TooSlow."""
	try:
		# A host without Redis does not have it; then the check is skipped.
		from frappe.utils.background_jobs import generate_qname, get_workers

		# As above.
		from redis.exceptions import RedisError
	except ImportError:
		raise Skip(_("This host works off its jobs without Redis and workers.")) from None
	names = {generate_qname(queue): queue for queue in QUEUES}
	try:
		found = deadline.wait_for(
			lambda: [(each.name, each.queue_names(), each.last_heartbeat) for each in get_workers()]
		)
	except RedisError:
		return None
	return [
		WorkerSeen(name, tuple(names[each] for each in queues if each in names), _utc(at))
		for name, queues, at in found
	]


def _utc(moment: datetime | None) -> datetime | None:
	"""RQ writes naive times in UTC."""
	if moment is None or moment.tzinfo:
		return moment
	return moment.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Schedule:
	"""The state of Frappe's scheduler. `off`: the switch that disables it; `passed`: since the last sweep, None for no job;
	`held_back`: how many jobs of any app have a last run in the future, and `until` the latest of these times."""

	off: str
	dormant: bool
	passed: timedelta | None
	held_back: int = 0
	until: datetime | None = None


def scheduler(_deadline: object = None) -> Finding:
	"""Whether the scheduler is enabled, has run this app's sweep recently, and holds no job back."""
	seen = read_schedule()
	here = frappe.local.site
	if seen.off:
		return problem(
			_("The scheduler does not run: {0}.").format(seen.off),
			_(
				"Switch it on: bench --site {0} scheduler enable, scheduler resume, set-maintenance-mode off."
			).format(here),
		)
	if seen.passed is None:
		return problem(
			_("The job {0} is not scheduled.").format(SWEEP),
			_(
				"Run bench --site {0} migrate, and see that the list Scheduled Job Type has not stopped it."
			).format(here),
		)
	if seen.held_back:
		return problem(
			_(
				"Scheduled jobs do not run ({0} jobs, some until {1}): their last run is recorded in the future, because the site's time zone or clock was changed."
			).format(seen.held_back, frappe.utils.format_datetime(seen.until)),
			_("Run bench --site {0} execute whatsapp_channel.jobs.begin_now, then check again.").format(here),
		)
	if seen.dormant:
		return warning(
			_("Nobody has used this site for days, so Frappe runs its jobs once a day only."),
			_("Raise Dormant Days in System Settings."),
		)
	details = {_("Last run, seconds ago"): max(0, round(seen.passed.total_seconds()))}
	if seen.passed > OVERDUE:
		return problem(
			_("The scheduler is on, but has not run the sweep for {0} minutes.").format(
				_minutes(seen.passed)
			),
			_("Start the bench's scheduler process and its workers."),
			details=details,
		)
	return ok(_("The scheduler runs."), details=details)


def read_schedule() -> Schedule:
	"""Raises Skip on a host without a scheduler."""
	try:
		# As above.
		from frappe.utils import scheduler as frappes
	except ImportError:
		raise Skip(_("This host runs its scheduled jobs without Frappe's scheduler.")) from None
	fields = ["stopped", "last_execution", "creation"]
	row = frappe.db.get_value("Scheduled Job Type", {"method": SWEEP}, fields, as_dict=True)
	scheduled = row and not row.stopped
	is_dormant = getattr(frappes, "is_dormant", bool)
	passed = age(row.last_execution or row.creation) if scheduled else None
	held_back = jobs.held_back()
	until = max(held_back.values(), default=None)
	return Schedule(_switched_off(), bool(is_dormant()), passed, len(held_back), until)


def _switched_off() -> str:
	"""The name of the switch that disables the scheduler; empty for none."""
	for switch in ("maintenance_mode", "pause_scheduler", "disable_scheduler"):
		if frappe.conf.get(switch):
			return switch
	enabled = single_value("System Settings", "enable_scheduler")
	return "" if frappe.utils.cint(enabled) else "enable_scheduler"


def deliveries(_deadline: object = None) -> Finding:
	"""Whether deliveries wait for too long, and whether deliveries or items need an administrator."""
	oldest = frappe.get_all(
		DELIVERY, {"state": DeliveryState.RECEIVED}, pluck="creation", order_by="creation", limit=1
	)
	waiting = frappe.db.count(DELIVERY, {"state": DeliveryState.RECEIVED})
	failed = frappe.db.count(DELIVERY, {"state": DeliveryState.FAILED})
	items = frappe.db.count(ITEM, {"state": ItemState.FAILED})
	details = {_("Waiting deliveries"): waiting, _("Failed deliveries"): failed, _("Failed items"): items}
	if oldest and age(oldest[0]) > OVERDUE:
		return problem(
			_("Deliveries wait ({0}), the oldest for {1} minutes.").format(waiting, _minutes(age(oldest[0]))),
			_("See “{0}” and “{1}”: nothing is lost, it is filed as soon as they run.").format(
				_("Workers"), _("Scheduler")
			),
			details=details,
		)
	if failed or items:
		return warning(
			_("Not filed: deliveries {0}, single items {1}.").format(failed, items),
			_(
				"Open the lists WhatsApp Delivery and WhatsApp Delivery Item with the state Failed: each tells why, and offers Reprocess."
			),
			details=details,
		)
	return ok(_("Nothing waits for long."), details=details)


def unfiled(_limit: object = None) -> Finding:
	"""What nobody has filed and is deleted soon."""
	leaving = inbound_unfiled.leaving()
	if not leaving.first:
		return ok(_("Nothing that was not filed is about to be deleted."))
	tell = problem if leaving.first - site_now() <= LAST_NOTICE else warning
	return tell(
		_("Not filed and deleted soon: items {0}, deliveries {1}, the first on {2}.").format(
			leaving.items, leaving.deliveries, f"{leaving.first:%Y-%m-%d}"
		),
		_(
			"Open the lists WhatsApp Delivery Item and WhatsApp Delivery with the states Failed and Unroutable: reprocess "
			"them, or add the number that they are for. “{0}” in WhatsApp Channel Settings keeps them longer."
		).format(_(frappe.get_meta(SETTINGS).get_label(UNFILED_DAYS))),
		details={_("Items"): leaving.items, _("Deliveries"): leaving.deliveries},
	)


def _minutes(passed: timedelta) -> int:
	return round(passed.total_seconds() / 60)
