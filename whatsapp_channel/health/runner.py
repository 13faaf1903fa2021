"""Runs checks. A check that raises does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _

from whatsapp_channel.database import save_now
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.registry import CHECKS, Check
from whatsapp_channel.health.result import Finding, Result, Skip, problem, skipped, worst
from whatsapp_channel.logs import report
from whatsapp_channel.timeouts import OutOfTime, tolerated
from whatsapp_channel.translate import to_user


def run(checks: Sequence[Check] = CHECKS) -> list[Result]:
	"""The results in the order of the checks."""
	return [run_one(check) for check in checks]


def run_one(check: Check) -> Result:
	"""Runs one check; an error inside the check becomes its result."""
	begin = time.monotonic()
	found = _found(check)
	seconds = time.monotonic() - begin
	return Result(check.key, _(check.title), found.state, found.reason, found.fix, found.details, seconds)


def _found(check: Check) -> Finding:
	try:
		return check.look(Deadline(check.seconds))
	except Skip as error:
		return skipped(to_user(error.sentence))
	except TooSlow:
		return problem(
			_("No answer within {0} seconds.").format(round(check.seconds)),
			_("Check again; if it stays, look at the server's load and its connections."),
		)
	except OutOfTime:
		raise
	except Exception as error:
		return _unforeseen(check, error)
	finally:
		# Messages that Frappe would show in addition to the page's own.
		frappe.clear_messages()


def _unforeseen(check: Check, error: Exception) -> Finding:
	with tolerated():  # the database itself may be down
		frappe.db.rollback()
		report(f"Health check {check.key}")
		save_now()  # otherwise the next check's rollback would undo the log entry
	return problem(
		_("The check itself failed: {0}.").format(type(error).__name__),
		_("The Error Log has the details. Report them if the check fails again."),
	)


def summary(results: Sequence[Result]) -> dict[str, Any]:
	"""The results as a dict for JSON; `worst` is OK when nothing is wrong, even if checks were skipped."""
	state = worst([result.state for result in results])
	return {"results": [result.as_dict() for result in results], "worst": state.value}
