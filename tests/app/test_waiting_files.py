"""A message waits for its file among the kept items, while a job of its own fetches it; nobody else waits."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import frappe
import pytest
from rq.timeouts import JobTimeoutException

from tests.app.child import start
from tests.app.crashing import Crasher
from tests.app.desk import MESSAGE, Desk, newest
from tests.app.test_media import PHONE, contents, downloads, row_of, shown
from tests.app.waiting import ANA, ITEM, arrives, filed, kept, make_due, set_enabled, states
from tests.files import PNG
from whatsapp_channel import jobs
from whatsapp_channel.clock import site_now
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind
from whatsapp_channel.conversations.media.circuit_breaker import CircuitBreaker
from whatsapp_channel.inbound import dispatch, drain
from whatsapp_channel.inbound.media import fetching, refetch
from whatsapp_channel.privacy import erase
from whatsapp_channel.privacy.person import asked

LANE = fetching.lane_of(PHONE)


@pytest.fixture(autouse=True)
def _closed_circuit_breakers() -> None:
	CircuitBreaker._known.clear()


def photo_arrives(desk: Desk, wa_id: str = PHONE) -> str:
	"""The webhook of a photo is stored; returns its wamid."""
	wamid = desk.sandbox.customer(wa_id, "Maria").sends_file("image", PNG, "image/png", caption="photo")
	assert desk.sandbox.flush(20)
	return wamid


def a_minute_passes() -> None:
	for row in kept(state="Pending"):
		since = row.file_since and row.file_since - timedelta(seconds=61)
		frappe.db.set_value(ITEM, row.name, {"file_since": since, "next_attempt": site_now()})
	frappe.db.commit()


def long_ago() -> None:
	"""Missing files were tried last so long ago that each is due."""
	frappe.db.sql("update `tabWhatsApp Message Media` set creation = '2020-01-02', modified = '2020-01-02'")
	frappe.db.commit()


def test_texts_of_others_do_not_wait_and_those_of_the_sender_keep_their_order(desk: Desk, host: Any) -> None:
	desk.sandbox.faults.add("media_drip", ms=1000)
	photo_arrives(desk)
	drain.drain()
	worker = start(host.environment(), "whatsapp_channel.inbound.media.fetching.work", LANE)
	try:
		desk.sandbox.wait_until(lambda: downloads(desk), timeout=60)
		arrives(desk, "later")
		arrives(desk, "from Ana", sender=ANA)
		drain.drain()
		assert filed() == ["from Ana"]
		assert [row.error for row in kept()] == [
			"Waits for its file.",
			"Waits behind an earlier message of this sender.",
		]
	finally:
		worker.kill()
		worker.wait()
	desk.settle()
	assert filed() == ["from Ana", "photo", "later"]
	assert row_of(frappe.db.get_value(MESSAGE, {"text": "photo"})).state == "Stored"


def test_no_drain_asks_for_a_file(desk: Desk) -> None:
	photo_arrives(desk)
	drain.drain()
	assert [one for one in desk.sandbox.requests if one.method == "GET"] == []
	assert (filed(), states()) == ([], ["Pending"])


def test_message_is_filed_without_its_file_after_a_minute(desk: Desk) -> None:
	photo_arrives(desk)
	arrives(desk, "later")
	drain.drain()
	a_minute_passes()
	drain.drain()
	assert filed() == ["photo", "later"]
	message = frappe.db.get_value(MESSAGE, {"text": "photo"})
	assert row_of(message).state == "Failed"
	assert "fetched later by itself" in shown(message)
	assert fetching.lanes_with_work() == []
	long_ago()
	refetch.fetch_failed()
	assert row_of(message).state == "Stored"


def stored() -> set[str]:
	"""The rows of files."""
	return set(frappe.get_all("File", pluck="name"))


@contextmanager
def during_the_fetch(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> Iterator[None]:
	"""Something happens after the file was stored and before its message hears of it."""
	obtain = fetching.obtain

	def meanwhile(*arguments: Any) -> Any:
		found = obtain(*arguments)
		happens()
		return found

	with monkeypatch.context() as patched:
		patched.setattr(fetching, "obtain", meanwhile)
		yield


def test_file_that_comes_after_a_minute_goes_to_its_message(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	def filed_without() -> None:
		a_minute_passes()
		drain.drain()
		assert filed() == ["photo"]

	photo_arrives(desk)
	drain.drain()
	with during_the_fetch(monkeypatch, filed_without):
		fetching.work(LANE)
	row = row_of(newest(MESSAGE))
	assert (row.state, downloads(desk)) == ("Stored", 1)
	assert row.file_url in shown(row.parent)


def test_erasing_during_the_fetch_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	before = stored(), contents()
	photo_arrives(desk)
	drain.drain()
	with during_the_fetch(monkeypatch, lambda: erase.erase(asked(PHONE), None, lambda _percent, _step: None)):
		fetching.work(LANE)
	desk.settle()
	assert (filed(), kept()) == ([], [])
	assert (stored(), contents()) == before


def test_channel_that_is_deactivated_during_the_fetch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	photo_arrives(desk)
	drain.drain()
	with during_the_fetch(monkeypatch, lambda: set_enabled(desk, 0)):
		fetching.work(LANE)
	desk.settle()
	assert (filed(), states()) == ([], ["Held"])
	set_enabled(desk, 1)
	desk.settle()
	assert row_of(newest(MESSAGE)).state == "Stored"
	assert downloads(desk) == 1


def test_customer_who_is_another_by_now(desk: Desk) -> None:
	photo_arrives(desk)
	drain.drain()
	frappe.db.set_value(ITEM, kept()[0].name, "file_customer", "joined")
	frappe.db.commit()
	desk.settle()
	assert row_of(newest(MESSAGE)).state == "Stored"


def test_customer_who_becomes_another_during_the_fetch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	def joined() -> None:
		frappe.db.set_value(ITEM, kept()[0].name, "file_customer", "joined")
		frappe.db.delete("WhatsApp Customer", {"name": ["!=", "joined"]})
		frappe.db.commit()

	before = stored()
	photo_arrives(desk)
	drain.drain()
	with during_the_fetch(monkeypatch, joined):
		fetching.work(LANE)
	assert stored() == before
	desk.settle()
	assert row_of(newest(MESSAGE)).state == "Stored"


def test_message_that_meta_repeats_after_it_was_given_up_is_filed(desk: Desk) -> None:
	wamid = photo_arrives(desk)
	drain.drain()
	frappe.db.set_value(ITEM, kept()[0].name, "state", "Failed")
	frappe.db.commit()
	again = desk.sandbox.customer(PHONE, "Maria").file_message("image", PNG, "image/png", caption="photo")
	desk.post(
		desk.sandbox.payload_for(desk.sandbox.customer(PHONE, "Maria").composes({**again, "id": wamid}))
	)
	desk.settle()
	assert filed() == ["photo"]


def test_photos_of_one_delivery_come_in_their_order(desk: Desk) -> None:
	customer = desk.sandbox.customer(PHONE, "Maria")
	photos = [customer.file_message("image", PNG, "image/png", caption=str(index)) for index in range(4)]
	desk.post(desk.sandbox.payload_for(*map(customer.composes, photos), customer.writes("text")))
	desk.settle()
	assert filed() == ["0", "1", "2", "3", "text"]
	assert frappe.db.count("WhatsApp Message Media", {"state": "Stored"}) == 4


# -- workers that die ---------------------------------------------------------------------------------------------


def test_file_that_kills_its_workers_is_given_up_and_its_text_is_filed(desk: Desk, crasher: Crasher) -> None:
	photo_arrives(desk)
	arrives(desk, "later")
	kills = 0
	while crasher.drain(kill_at_file=True):
		kills += 1
		assert kills <= 10
	assert kills == fetching.MOST_KILLS
	desk.settle()
	assert filed() == ["photo", "later"]
	row = row_of(frappe.db.get_value(MESSAGE, {"text": "photo"}))
	assert row.state == "Refused"
	assert "stopped each time it worked on this file" in shown(row.parent)
	assert row.parent not in [due.parent for due in refetch._due()]


def test_text_is_filed_without_the_file_at_which_a_worker_died(desk: Desk, crasher: Crasher) -> None:
	photo_arrives(desk)
	arrives(desk, "from Ana", sender=ANA)
	assert crasher.drain(kill_at_file=True)
	assert filed() == ["from Ana"]
	a_minute_passes()
	drain.drain()
	assert filed() == ["from Ana", "photo"]
	assert row_of(frappe.db.get_value(MESSAGE, {"text": "photo"})).state == "Failed"


def test_file_that_kills_its_worker_is_not_the_first_of_the_next_sweep(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	class Died(BaseException):
		"""Nothing catches it, as nothing survives a kill."""

	def die(*_arguments: object) -> None:
		raise Died

	desk.sandbox.faults.add("media_gone")
	photo_arrives(desk)
	desk.settle()
	message = newest(MESSAGE)
	long_ago()
	monkeypatch.setattr(refetch, "obtain", die)
	with pytest.raises(Died):
		refetch.fetch_failed()
	frappe.db.rollback()
	assert message not in [due.parent for due in refetch._due()]


# -- the time of a job --------------------------------------------------------------------------------------------


@contextmanager
def job_of(seconds: float) -> Iterator[None]:
	"""rq's way to end a job whose time is over."""

	def over(*_arguments: object) -> None:
		raise JobTimeoutException("over")

	before = signal.signal(signal.SIGALRM, over)
	signal.setitimer(signal.ITIMER_REAL, seconds)
	try:
		yield
	finally:
		signal.setitimer(signal.ITIMER_REAL, 0)
		signal.signal(signal.SIGALRM, before)


def test_job_ends_when_its_time_is_over_in_the_middle_of_a_file(desk: Desk) -> None:
	desk.sandbox.faults.add("media_drip", ms=300)
	photo_arrives(desk)
	drain.drain()
	with pytest.raises(JobTimeoutException), job_of(1.5):
		fetching.work(LANE)
	frappe.db.rollback()
	desk.settle()
	assert row_of(newest(MESSAGE)).state == "Stored"


def test_drain_ends_when_its_time_is_over_in_the_middle_of_an_item(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	def file(_item: Item) -> None:
		raise JobTimeoutException("over")

	arrives(desk, "one")
	with monkeypatch.context() as patched:
		patched.setitem(dispatch.HANDLERS, ItemKind.MESSAGE, file)
		with pytest.raises(JobTimeoutException):
			drain.drain()
	frappe.db.rollback()
	assert kept() == []
	desk.settle()
	assert filed() == ["one"]


# -- jobs ---------------------------------------------------------------------------------------------------------


def test_one_job_fetches_all_files_of_a_sender_apart_from_drains_and_senders(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	woken: list[tuple] = []
	photo_arrives(desk)
	photo_arrives(desk)
	jobs.clear_wake_flag(jobs.lane_name(LANE))
	monkeypatch.setattr(
		frappe, "enqueue", lambda method, **more: woken.append((method, more.get("queue"), more.get("lane")))
	)
	drain.drain()
	mine = [job for job in woken if "fetching" in job[0]]
	assert mine == [("whatsapp_channel.inbound.media.fetching.work", "long", LANE)]
	woken.clear()
	jobs.clear_wake_flag(jobs.lane_name(LANE))
	jobs.sweep()
	assert [job for job in woken if "fetching" in job[0]] == mine


def test_lanes_are_used_by_senders_alike(desk: Desk) -> None:
	used = {fetching.lane_of(f"55119{number:08d}") for number in range(100)}
	assert used == set(range(fetching.LANES))
	assert 0 <= fetching.lane_of(None) < fetching.LANES


def test_unforeseen_trouble_with_one_file_costs_that_file_alone(desk: Desk) -> None:
	photo_arrives(desk)
	drain.drain()
	frappe.db.set_value(ITEM, kept()[0].name, "payload", "{")
	frappe.db.commit()
	photo_arrives(
		desk, next(each for each in (f"55119{n:08d}" for n in range(99)) if fetching.lane_of(each) == LANE)
	)
	drain.drain()
	fetching.work(LANE)
	make_due()
	drain.drain()
	assert filed() == ["photo"]
	assert sorted(states()) == ["Failed", "Processed"]
