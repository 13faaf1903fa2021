"""Exports and erasures as background jobs, with progress for the requesting user.

The number is passed encrypted: workers log the arguments of jobs, and Redis stores them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.utils.password import decrypt, encrypt

from whatsapp_channel import logs
from whatsapp_channel.database import named_lock, save_now
from whatsapp_channel.privacy import erase, export
from whatsapp_channel.privacy.person import asked
from whatsapp_channel.timeouts import OutOfTime

EVENT = "whatsapp_privacy"
JOB_SECONDS = 4 * 3600
# How long a second job waits for the first, in seconds, before it gives up with an error.
WAIT_SECONDS = 600


class Busy(frappe.ValidationError):
	"""Another export or erasure is running."""


@contextmanager
def alone(wait: float) -> Iterator[None]:
	"""Prevents concurrent exports and erasures, from the desk or the command line, which would count and delete each other's
	rows. Raises Busy after `wait` seconds."""
	with named_lock("privacy", wait=wait) as mine:
		if not mine:
			frappe.throw(
				_("Another export or erasure is running. Start this one again when it is done."), Busy
			)
		yield


def start(action: str, number: str, customers: list[str] | None) -> None:
	"""Queues `export` or `erase` for the current user once the current transaction is committed."""
	sealed = encrypt(json.dumps({"number": number, "customers": customers}))
	frappe.enqueue(
		"whatsapp_channel.privacy.background.run",
		queue="long",
		timeout=JOB_SECONDS,
		enqueue_after_commit=True,
		action=action,
		sealed=sealed,
	)


@logs.job
def run(action: str, sealed: str) -> None:
	"""The job. It never raises, because Frappe would log the error with all local variables."""
	try:
		with alone(WAIT_SECONDS):
			result = _run(action, **json.loads(decrypt(sealed)))
	except Busy as busy:
		result = {"failed": str(busy)}
	except OutOfTime:
		raise
	except Exception:
		frappe.db.rollback()
		logs.report(f"WhatsApp: {action} by number was broken off")
		save_now()  # so that nothing later can roll the error log back
		text = _("It was broken off; the Error Log says why. Start it again: it goes on with what is left.")
		result = {"failed": text}
	_tell({"action": action, **result})


def _run(action: str, number: str, customers: list[str] | None) -> dict[str, Any]:
	wanted = asked(number)
	title = _("Exporting {0}") if action == "export" else _("Erasing {0}")
	title = title.format(wanted.masked)

	def progress(percent: int, step: str) -> None:
		frappe.publish_progress(percent, title=title, description=step)

	if action == "export":
		return {"file_url": export.export(wanted, customers, progress), "number": wanted.masked}
	report = erase.erase(wanted, customers, progress)
	return {"report": report.as_dict(), "number": wanted.masked}


def _tell(result: dict[str, Any]) -> None:
	frappe.publish_realtime(EVENT, result, user=frappe.session.user)
