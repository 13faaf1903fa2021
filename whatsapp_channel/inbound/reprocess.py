"""*Reprocess*: processes kept items or failed deliveries again for an administrator."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe import _

from whatsapp_channel import logs
from whatsapp_channel.database import new_transaction, save_now, set_value
from whatsapp_channel.doctypes import DELIVERY, ITEM
from whatsapp_channel.inbound import retries
from whatsapp_channel.inbound.delivery import DeliveryState
from whatsapp_channel.inbound.item_errors import ItemState
from whatsapp_channel.jobs import act_as_site, wake_drain

# Up to so many are processed while the administrator waits; more are a background job.
AT_ONCE = 10
CHUNK = 20
JOB_SECONDS = 3600
# How long to wait for another worker that has the sender; after that the item is left to it.
LOCK_SECONDS = 5
REPROCESSABLE = tuple(state for state in ItemState if state is not ItemState.PROCESSED)


def one(name: str) -> str:
	"""Tries one item now and returns its new state; while another worker has its sender, it stays Pending for that one."""
	if not retries.reopen(name):
		frappe.throw(_("This item is processed already, or there is nothing to process."))
	save_now()  # the drain must see it, and processing uses its own transactions
	_retry([name])
	wake_drain()
	return frappe.db.get_value(ITEM, name, "state")


@logs.job
def many(names: Sequence[str], tell: bool = True) -> Counter[str]:
	"""Tries items in the order in which they arrived; returns how many are in which state afterwards.

	All become Pending before the first is tried, so that no later message of the same sender overtakes one of them.
	`tell`: show the user the progress, and a summary at the end.
	"""
	names = _in_order(names)
	for chunk in _chunks(names):
		for name in chunk:
			retries.reopen(name)
		save_now()  # so that no lock is held for the whole selection
	done = 0
	for chunk in _chunks(names):
		_retry(chunk)
		done += len(chunk)
		if tell:
			_show_progress(done, len(names))
	wake_drain()
	states = _states(names)
	if tell:
		_tell(summary(states))
	return states


def _retry(names: Sequence[str]) -> None:
	with _as_site():
		for name in names:
			retries.retry_in_line(name, LOCK_SECONDS)


@contextmanager
def _as_site() -> Iterator[None]:
	"""Switches to the user and language of background jobs, and back to the user's afterwards."""
	local = frappe.local
	session, form, lang = dict(local.session), local.form_dict, local.lang
	act_as_site()
	try:
		yield
	finally:
		# frappe.set_user clears the session data of the current user, so it is restored.
		frappe.set_user(session["user"])
		local.session.update(session)
		local.form_dict, local.lang = form, lang


def _show_progress(done: int, total: int) -> None:
	text = _("{0} of {1}").format(done, total)
	frappe.publish_progress(100 * done / total, title=_("Reprocess"), description=text)


def _in_order(names: Sequence[str]) -> list[str]:
	found: list[tuple[int, str]] = []
	for chunk in _chunks(names):
		rows = frappe.get_all(ITEM, {"name": ["in", chunk]}, ["name", "sequence"])
		found += [(row.sequence, row.name) for row in rows]
	return [name for _sequence, name in sorted(found)]


def _chunks(names: Sequence[str]) -> list[list[str]]:
	return [list(names[start : start + CHUNK]) for start in range(0, len(names), CHUNK)]


def _states(names: Sequence[str]) -> Counter[str]:
	new_transaction()  # to see what other processes did meanwhile
	states: Counter[str] = Counter()
	for chunk in _chunks(names):
		states.update(frappe.get_all(ITEM, {"name": ["in", chunk]}, pluck="state"))
	return states


def summary(states: Counter[str]) -> str:
	"""A summary of the items' states, in the user's language."""
	if not states:
		return _("There was nothing to process.")
	parts = [_("{0}: {1}").format(_(state), count) for state, count in states.most_common()]
	return _("{0} items were tried again. {1}").format(states.total(), ", ".join(parts))


def _tell(text: str) -> None:
	message = {"title": _("Reprocess"), "message": text, "indicator": "blue"}
	frappe.publish_realtime("msgprint", message, user=frappe.session.user)


def deliveries(names: Sequence[str]) -> int:
	"""Queues failed deliveries for processing; filed items are not changed. Returns how many."""
	values = {
		"state": DeliveryState.RECEIVED,
		"attempts": 0,
		"error": None,
		"position": None,
		"position_attempts": 0,
	}
	count = 0
	for chunk in _chunks(names):
		failed = frappe.get_all(
			DELIVERY, {"name": ["in", chunk], "state": DeliveryState.FAILED}, pluck="name"
		)
		if failed:
			set_value(DELIVERY, {"name": ["in", failed]}, values)
		count += len(failed)
	save_now()  # before the drain is woken
	wake_drain()
	return count


def chosen(states: Sequence[str], since: datetime, until: datetime) -> list[str]:
	"""The items in these states that were created between two moments (site's time), oldest first."""
	return frappe.get_all(
		ITEM,
		{
			"state": ["in", [state for state in states if state in REPROCESSABLE]],
			"creation": ["between", [since, until]],
		},
		pluck="name",
		order_by="sequence, name",
	)


def start(names: Sequence[str]) -> str:
	"""Tries items now, or in a job if there are many; returns a message for the user."""
	if len(names) <= AT_ONCE:
		return summary(many(names, tell=False))
	frappe.enqueue(
		"whatsapp_channel.inbound.reprocess.many", queue="long", timeout=JOB_SECONDS, names=list(names)
	)
	return _("{0} items are tried again in the background. You are told when it is done.").format(len(names))
