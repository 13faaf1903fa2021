"""The scheduled jobs of this app that are not in another module, and what runs them if the scheduler does not."""

from frappe.model.document import Document

from whatsapp_channel import jobs, logs
from whatsapp_channel.clock import now_in
from whatsapp_channel.inbound import delivery, drain, retries
from whatsapp_channel.inbound.media import fetching, refetch
from whatsapp_channel.jobs import wake_drain, wake_failed_fetches, wake_files, wake_sender
from whatsapp_channel.outbound import outbox


@logs.job
def sweep() -> None:
	"""Every minute: queues jobs for all due work, because wake-ups can be lost with Redis or a killed process."""
	jobs.note_sweep()
	jobs.begin_now(jobs.OURS)
	retries.release_overlooked()
	if drain.has_work():
		wake_drain()
	for lane in fetching.lanes_with_work():
		wake_files(lane)
	for customer, channel in outbox.queues_with_work():
		wake_sender(customer, channel)
	delivery.record_refusals()


@logs.job
def wake_failed_files() -> None:
	"""Every few minutes: queues the download of missing files, if any is due."""
	if refetch.has_failed():
		wake_failed_fetches()


@logs.job
def stand_in() -> None:
	"""The work of the minute jobs, for a site whose scheduler has not run for minutes."""
	sweep()
	wake_failed_files()


@logs.request
def follow_zone(settings: Document, method: str | None = None) -> None:
	"""On a change of the site's time zone: our jobs' last runs may now be hours in the future, and Frappe would wait for them."""
	if settings.time_zone:
		jobs.begin_now(jobs.OURS, now_in(settings.time_zone))
