"""Exports and erasures as background jobs, with progress for the desk of whoever asked.

The number travels sealed: a worker writes the arguments of its jobs to its log, and Redis keeps them.
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
# A second job waits so long for the first, in seconds, then gives up and says so.
WAIT_SECONDS = 600


class Busy(frappe.ValidationError):
	"""Another export or erasure is running."""


@contextmanager
def alone(wait: float) -> Iterator[None]:
	"""Nobody else exports or erases meanwhile, on the desk or on the command line: two would count and delete each
	other's rows. Raises Busy after `wait` seconds."""
	with named_lock("privacy", wait=wait) as mine:
		if not mine:
			frappe.throw(
				_("Another export or erasure is running. Start this one again when it is done."), Busy
			)
		yield


def start(action: str, number: str, customers: list[str] | None) -> None:
	"""Has `export` or `erase` run for the present user once the present transaction is committed."""
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
	"""The job. It raises nothing: Frappe would log the error with every local variable."""
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
		save_now()  # the error log, which nothing after it may undo
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
