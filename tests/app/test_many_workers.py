"""Any number of workers file what was received: who waits for whom, who does not, and that nobody is kept waiting."""

import contextvars
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import frappe
import pytest

from tests.app.child import start
from tests.app.crashing import Crasher
from tests.app.desk import MESSAGE, Desk, text_message, wait_until
from tests.app.waiting import ANA, MARIA, arrives, filed, kept
from whatsapp_channel import jobs
from whatsapp_channel.cloud_api.webhook_parser import Item, read_delivery
from whatsapp_channel.inbound import drain, lines, sorting, units
from whatsapp_channel.outbound import pace

DELIVERY = "WhatsApp Delivery"
MANY = 160
USER, OTHER_USER = "BR.1", "BR.2"


def item(desk: Desk, value: dict, number: str | None = None) -> Item:
	"""The only item of a delivery with this value."""
	(found,) = read_delivery(json.dumps(desk.envelope(value, number))).items
	return found


def of(desk: Desk, *, number: str | None = None, **more: Any) -> lines.Place:
	"""The place of a text."""
	found = {key: value for key, value in (text_message() | more).items() if value is not None}
	return lines.place_of(item(desk, {"messages": [found]}, number), {})


# -- lines -----------------------------------------------------------------------------------------------------

SAME_LINE = {
	"the same number": ({}, {}, True),
	"two numbers": ({}, {"from": ANA}, False),
	"two spellings of a number": ({"from": "5511987654321"}, {"from": "551187654321"}, True),
	"a number, and the same with a user id": ({}, {"from_user_id": USER}, True),
	"a user id twice": ({"from": None, "from_user_id": USER}, {"from": None, "from_user_id": USER}, True),
	"two user ids": ({"from": None, "from_user_id": USER}, {"from": None, "from_user_id": OTHER_USER}, False),
	"user ids that differ by case": (
		{"from": None, "from_user_id": "BR.a"},
		{"from": None, "from_user_id": "BR.A"},
		False,
	),
	"two numbers of the business": ({}, {"number": "999"}, False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME_LINE.values(), ids=SAME_LINE.keys())
def test_who_stands_in_one_line(desk: Desk, one: dict, other: dict, same: bool) -> None:
	assert (of(desk, **one).line == of(desk, **other).line) is same


def test_a_message_with_both_ids_belongs_to_both_lines(desk: Desk) -> None:
	both, by_id = of(desk, from_user_id=USER), of(desk, **{"from": None, "from_user_id": USER})
	assert (both.line, both.other) == (of(desk).line, by_id.line)
	assert by_id.other is None


def test_a_known_customers_user_id_leads_to_the_line_of_the_number(desk: Desk) -> None:
	arrives(desk, "both", from_user_id=USER)
	desk.settle()
	assert of(desk, **{"from": None, "from_user_id": USER}).line == of(desk).line


def test_news_of_a_number_belongs_to_the_line_of_the_new_one(desk: Desk) -> None:
	system = {"type": "user_changed_number", "wa_id": ANA, "body": "changed"}
	news = of(desk, type="system", text=None, system=system)
	assert (news.line, news.other) == (of(desk).line, of(desk, **{"from": ANA}).line)


NOBODYS = {
	"status": (
		{"statuses": [{"id": "wamid.1", "status": "sent", "timestamp": "1", "recipient_id": MARIA}]},
		"statuses",
	),
	"error": ({"errors": [{"code": 1}]}, "rest"),
	"something else": ({"unknown": 1}, "rest"),
	"a message without sender": ({"messages": [text_message() | {"from": ""}]}, "rest"),
	"what cannot be read": ({"messages": [{"from": MARIA}]}, "rest"),
}


@pytest.mark.parametrize(("value", "line"), NOBODYS.values(), ids=NOBODYS.keys())
def test_what_is_nobodys_has_a_line_of_its_number(desk: Desk, value: dict, line: str) -> None:
	place = lines.place_of(item(desk, value), {})
	assert place == lines.Place(f"{of(desk).line.partition('.')[0]}.{line}")


# -- sorting ---------------------------------------------------------------------------------------------------


def stored(**filters: Any) -> list[Any]:
	frappe.db.commit()
	return frappe.get_all(DELIVERY, filters, ["*"], order_by="sequence, name")


def two_people(desk: Desk) -> None:
	texts = [
		text_message(f"{who} {index}", wamid=f"{who}.{index}", sender=who)
		for index in (1, 2)
		for who in (MARIA, ANA)
	]
	desk.post(desk.payload(*texts))


def test_a_delivery_of_two_people_is_divided_and_the_parts_go_away(desk: Desk) -> None:
	two_people(desk)
	sorting.sort_received(time.monotonic() + 60)
	(whole,) = stored(part_of=["is", "not set"])
	parts = stored(part_of=whole.name)
	assert (whole.state, whole["items"]) == ("Processed", 4)
	assert [len(json.loads(part.body)["items"]) for part in parts] == [2, 2]
	assert len({part.line for part in parts}) == 2
	desk.settle()
	assert [row.name for row in stored()] == [whole.name]
	assert filed() == [f"{who} {index}" for who in (MARIA, ANA) for index in (1, 2)]


def test_an_item_of_a_part_is_kept_by_the_delivery_and_its_place_there(desk: Desk, trouble: set[str]) -> None:
	trouble.add(f"{ANA} 2")
	two_people(desk)
	desk.settle()
	(row,) = kept()
	assert (row.delivery, row.position) == (stored()[0].name, "0/0/messages/3")


def test_a_body_that_kills_whoever_sorts_it_is_given_up_alone(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	arrives(desk, "before")
	arrives(desk, "deadly")
	arrives(desk, "after")
	original = sorting.read_delivery

	def read(body: str) -> Any:
		if "deadly" in body:
			raise KeyboardInterrupt
		return original(body)

	monkeypatch.setattr(sorting, "read_delivery", read)
	for _ in range(units.MOST_KILLS):
		with pytest.raises(KeyboardInterrupt):
			sorting.sort_received(time.monotonic() + 60)
		frappe.db.rollback()
	desk.settle()
	assert filed() == ["before", "after"]
	(row,) = stored(state="Failed")
	assert "killed" in row.error


def test_large_bodies_are_sorted_one_after_the_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	for text in ("one", "two", "three"):
		arrives(desk, text)
	monkeypatch.setattr(sorting, "MOST_BYTES", 1)
	assert len(sorting._names()) == 1
	desk.settle()
	assert filed() == ["one", "two", "three"]


# -- who waits for whom ----------------------------------------------------------------------------------------


@contextmanager
def elsewhere(host: Any, line: str, held: Callable[..., Any] = lines.held) -> Iterator[None]:
	"""Another worker has this line, or another lock."""
	taken, done = threading.Event(), threading.Event()

	def hold() -> None:
		host.connect()
		with held(line) as mine:
			assert mine
			taken.set()
			done.wait(60)
		host.disconnect()

	frappe.db.commit()
	thread = threading.Thread(target=lambda: contextvars.Context().run(hold))
	thread.start()
	assert taken.wait(60)
	yield
	done.set()
	thread.join()


def wrote(desk: Desk, text: str, sender: str) -> None:
	"""A text from whoever is known by these ids."""
	number, _space, user = sender.partition(" ") if sender[0].isdigit() else ("", "", sender)
	arrives(desk, text, sender=number or None, **({"from_user_id": user} if user else {}))


WAITS = {
	"the same number": ([MARIA, MARIA], 0, []),
	"somebody else": ([MARIA, ANA], 0, ["1"]),
	"both ids behind the user id": ([USER, f"{MARIA} {USER}"], 0, []),
	"the user id behind both ids": ([f"{MARIA} {USER}", USER], 0, []),
	"the number behind both ids": ([f"{MARIA} {USER}", MARIA], 0, []),
	"the user id of somebody else": ([f"{MARIA} {USER}", OTHER_USER], 0, ["1"]),
	"the number, when the user id waits behind both": ([f"{MARIA} {USER}", USER, MARIA], 0, []),
	"both ids, when nothing is before them": ([f"{MARIA} {USER}", ANA], 1, ["0"]),
}


@pytest.mark.parametrize(("senders", "taken", "meanwhile"), WAITS.values(), ids=WAITS.keys())
def test_what_another_worker_has_is_waited_for(
	desk: Desk, host: Any, senders: list[str], taken: int, meanwhile: list[str]
) -> None:
	for index, sender in enumerate(senders):
		wrote(desk, str(index), sender)
	sorting.sort_received(time.monotonic() + 60)
	with elsewhere(host, stored()[taken].line):
		drain.drain()
		assert filed() == meanwhile
	desk.settle()
	assert sorted(filed()) == [str(index) for index in range(len(senders))]
	of_person = [
		text for text in filed() if senders[int(text)] != ANA and OTHER_USER not in senders[int(text)]
	]
	assert of_person == sorted(of_person)


def test_a_message_of_a_new_number_waits_for_the_news_of_it(desk: Desk, host: Any) -> None:
	desk.writes("before")
	system = {"type": "user_changed_number", "wa_id": ANA, "body": "changed"}
	desk.post(desk.payload(text_message(wamid="wamid.news", sender=MARIA, type="system", system=system)))
	arrives(desk, "after", sender=ANA)
	sorting.sort_received(time.monotonic() + 60)
	with elsewhere(host, stored(state="Received")[0].line):
		drain.drain()
		assert filed() == ["before"]
	desk.settle()
	assert filed()[-1] == "after"
	assert len(desk.tickets()) == frappe.db.count("WhatsApp Customer") == 1


def test_a_person_who_writes_to_two_numbers_is_one_workers(desk: Desk, host: Any) -> None:
	one, other = of(desk).line, of(desk, number="999").line
	assert one != other
	with elsewhere(host, one), lines.held(other) as mine:
		assert not mine
	with lines.held(other) as mine:
		assert mine


def test_kept_items_wait_for_who_works_on_their_sender(desk: Desk, host: Any, trouble: set[str]) -> None:
	trouble.update({"one", "two"})
	arrives(desk, "one")
	arrives(desk, "two", sender=ANA)
	desk.settle()
	trouble.clear()
	frappe.db.sql("update `tabWhatsApp Delivery Item` set next_attempt = creation")
	with elsewhere(host, of(desk).line):
		drain.drain()
		assert filed() == ["two"]
	desk.settle()
	assert filed() == ["two", "one"]


# -- turns -----------------------------------------------------------------------------------------------------


def test_a_flood_of_one_customer_delays_others_by_a_turn(desk: Desk) -> None:
	for index in range(3 * drain.LINE_UNITS):
		arrives(desk, f"flood {index}")
	arrives(desk, "from Ana", sender=ANA)
	desk.settle()
	assert filed().index("from Ana") <= drain.LINE_UNITS
	assert [text for text in filed() if text != "from Ana"] == [
		f"flood {index}" for index in range(3 * drain.LINE_UNITS)
	]


def test_a_flood_at_one_number_delays_no_other(desk: Desk) -> None:
	for index in range(lines.LOOKED_UP + 10):
		arrives(desk, f"flood {index}", sender=f"55119000000{index:02d}")
	desk.post(desk.payload(text_message("quiet", wamid="wamid.quiet"), number="999"))
	sorting.sort_received(time.monotonic() + 60)
	assert of(desk, number="999").line in lines.waiting()[:2]
	desk.settle()
	assert len(filed()) == lines.LOOKED_UP + 10


def test_a_long_delivery_leaves_its_line_when_its_turn_is_over(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	texts = [text_message(f"long {index}", wamid=f"wamid.long.{index}") for index in range(5)]
	desk.post(desk.payload(*texts))
	arrives(desk, "from Ana", sender=ANA)
	for limit in ("LINE_SECONDS", "LEAST_SECONDS"):
		monkeypatch.setattr(drain, limit, 0.0001)
	desk.settle()
	assert filed().index("from Ana") < 5
	assert [text for text in filed() if text != "from Ana"] == [f"long {index}" for index in range(5)]
	assert {row.state for row in stored()} == {"Processed"}


def test_who_sees_more_than_one_line_wakes_another_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	for index in range(4):
		arrives(desk, f"text {index}", sender=f"55119000000{index:02d}")
	woken: list[str] = []
	monkeypatch.setattr(jobs, "_sweep_if_overdue", lambda: None)
	monkeypatch.setattr(frappe, "enqueue", lambda method, **_more: woken.append(method))
	drain.drain()
	assert woken == ["whatsapp_channel.inbound.drain.drain"]
	assert len(filed()) == 4
	woken.clear()
	jobs.clear_wake_flag("drain")
	arrives(desk, "alone")
	woken.clear()
	drain.drain()
	assert woken == []


class Queued:
	"""The queues of the drains that are woken, at moments of the clock by which they take turns."""

	def __init__(self, monkeypatch: pytest.MonkeyPatch, waiting: int) -> None:
		self.queues: list[str] = []
		self.patch = monkeypatch
		monkeypatch.setattr(jobs, "_sweep_if_overdue", lambda: None)
		monkeypatch.setattr(frappe, "enqueue", lambda _method, queue, **_more: self.queues.append(queue))
		monkeypatch.setattr(jobs, "get_queue", lambda _name: frappe._dict(count=waiting))
		jobs.clear_wake_flag(jobs.BEHIND_LONG_JOBS)

	def at(self, turn: int, wake: Callable[[], None]) -> None:
		self.patch.setattr(jobs, "time", frappe._dict(time=lambda: turn * jobs.TURN_SECONDS))
		jobs.clear_wake_flag("drain")
		wake()


TURNS = range(len(jobs.IN_TURNS))
IN_TURN = {
	"nobody waits for long": (0, jobs.go_on_draining, ["short", "default"] * 3 + ["short"] * 2),
	"somebody does": (1, jobs.go_on_draining, ["short", "default"] * 3 + ["long"]),
	"somebody does, at the beginning of a turn": (1, jobs.wake_another_drain, ["short", "default"] * 3),
}


@pytest.mark.parametrize(("waiting", "wake", "queues"), IN_TURN.values(), ids=IN_TURN.keys())
def test_work_goes_on_in_every_queue_in_turn(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, waiting: int, wake: Callable[[], None], queues: list[str]
) -> None:
	queued = Queued(monkeypatch, waiting)
	for turn in TURNS:
		queued.at(turn, wake)
	assert queued.queues == queues


def test_new_messages_do_not_wait_behind_long_jobs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	queued = Queued(monkeypatch, waiting=1)
	queued.at(TURNS[-1], jobs.go_on_draining)
	jobs.wake_drain()
	assert queued.queues == ["long", "short"]
	drain.drain(flag=jobs.BEHIND_LONG_JOBS)
	queued.at(TURNS[-1], jobs.go_on_draining)
	assert queued.queues == ["long", "short", "long"]


@pytest.mark.embedded_only("the bench's jobs of a test are a list")
def test_a_reply_leaves_before_the_backlog_with_one_worker(
	desk: Desk, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
	from embedded.worker import run_pending

	desk.writes("Hello")
	host.forget_jobs()
	jobs.clear_wake_flag("drain")
	monkeypatch.setattr(drain, "BUDGET_SECONDS", 0.05)
	for index in range(40):
		arrives(desk, f"text {index}", sender=f"55119000000{index:02d}")
	for queue in ("short", "default"):
		frappe.enqueue("frappe.ping", queue=queue)
	frappe.db.commit()
	run_pending(host.site, limit=1)
	desk.reply(desk.tickets()[0], "<p>quick</p>")
	run_pending(host.site, limit=1)
	assert desk.on_phone() == ["quick"]
	assert drain.has_work()
	host.run_jobs()
	desk.settle()
	assert len(filed()) == 41


# -- statuses --------------------------------------------------------------------------------------------------


def sent(desk: Desk, count: int) -> list[str]:
	"""The ids of replies that Meta has accepted."""
	desk.writes("Hello")
	rows = [desk.message(desk.reply(desk.ticket(), f"<p>{index}</p>")).name for index in range(count)]
	desk.settle()
	return [desk.message(row).wamid for row in rows]


def statuses_of(desk: Desk) -> list[str]:
	frappe.db.commit()
	return frappe.get_all(MESSAGE, {"direction": "Outgoing"}, pluck="status")


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
	"""How many statuses were applied together, each time."""
	together: list[int] = []
	original = units._TOGETHER[units.ItemKind.STATUS]

	def apply_all(items: list[Item]) -> list[Item]:
		together.append(len(items))
		return original(items)

	monkeypatch.setitem(units._TOGETHER, units.ItemKind.STATUS, apply_all)
	return together


def test_statuses_of_many_deliveries_are_applied_together(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	ids = sent(desk, 6)
	together = counted(monkeypatch)
	for wamid in ids:
		desk.post(desk.status(wamid, "delivered"))
	drain.drain()
	assert together == [6]
	assert set(statuses_of(desk)) == {"Delivered"}
	assert {row.state for row in stored()} == {"Processed"}


@pytest.mark.parametrize("broken_off", [1, units.MOST_KILLS - 1])
def test_statuses_whose_worker_died_are_applied_one_by_one(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, broken_off: int
) -> None:
	ids = sent(desk, 3)
	together = counted(monkeypatch)
	for wamid in ids:
		desk.post(desk.status(wamid, "read"))
	sorting.sort_received(time.monotonic() + 60)
	frappe.db.sql(f"update `tab{DELIVERY}` set attempts = %s where state = 'Received'", (broken_off,))
	desk.settle()
	assert together == []
	assert set(statuses_of(desk)) == {"Read"}


# -- crashes ---------------------------------------------------------------------------------------------------


def work() -> None:
	"""A worker, called in a process of its own: the jobs that the webhook wakes, one after the other."""
	drain.BUDGET_SECONDS = 1.5
	while True:
		drain.drain()
		time.sleep(0.01)


def test_four_workers_killed_again_and_again(desk: Desk, host: Any) -> None:
	people = [f"55119123456{index:02d}" for index in range(12)]
	for index in range(MANY):
		arrives(desk, f"text {index:03d}", sender=people[index % len(people)])
	frappe.db.commit()
	dice, kills = random.Random(1), 0
	worker = lambda: start(host.environment(), "tests.app.test_many_workers.work")  # noqa: E731
	working = [worker() for _ in range(4)]
	try:
		while wait_until(partial(filed_since, min(kills * MANY // 8, MANY - 1)), deadline=240) < MANY:
			victim = dice.randrange(len(working))
			working[victim].kill()
			working[victim].wait(timeout=60)
			working[victim] = worker()
			kills += 1
	finally:
		for process in working:
			process.kill()
			process.wait(timeout=60)
	desk.settle()
	assert kills >= 3
	assert in_order(people)
	assert frappe.db.count(MESSAGE) == MANY
	assert len(desk.tickets()) == frappe.db.count("WhatsApp Customer") == len(people)
	assert sum(frappe.get_all("WhatsApp Session", pluck="inbound_count")) == MANY
	assert sum(len(desk.conversation_of(ticket)) for ticket in desk.tickets()) == MANY
	assert kept() == []


def filed_since(count: int) -> int:
	"""How many are filed, once these are."""
	frappe.db.commit()
	found = frappe.db.count(MESSAGE)
	return found if found > count else 0


def in_order(people: list[str]) -> bool:
	"""Whether the messages of each were filed in the order of their texts, which is that of their arrival."""
	texts: dict[str, list[str]] = {}
	for row in frappe.get_all(MESSAGE, fields=["customer", "text"], order_by="creation, name"):
		texts.setdefault(row.customer, []).append(row.text)
	return len(texts) == len(people) and all(found == sorted(found) for found in texts.values())


def test_a_divided_delivery_whose_worker_dies_loses_nothing(desk: Desk, crasher: Crasher) -> None:
	two_people(desk)
	# Whose turn is first is nobody's promise.
	kills = [crasher.drain(kill_at_message=f"{who}.{index}") for who in (MARIA, ANA) for index in (1, 2)]
	desk.settle()
	assert any(kills)
	assert sorted(filed()) == sorted(f"{who} {index}" for who in (MARIA, ANA) for index in (1, 2))
	assert [row.state for row in stored()] == ["Processed"]


# -- what is sent ----------------------------------------------------------------------------------------------


class Clock:
	"""Time passes only while somebody sleeps."""

	def __init__(self) -> None:
		self.now = 1000.25
		self.slept: list[float] = []

	def time(self) -> float:
		return self.now

	monotonic = time

	def sleep(self, seconds: float) -> None:
		self.slept.append(seconds)
		self.now += seconds


@pytest.fixture
def clock(site: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
	clock = Clock()
	monkeypatch.setattr(pace, "time", clock)
	monkeypatch.setitem(frappe.local.conf, pace.CONFIGURED, 3)
	return clock


PACES = {"as many as a second takes": (3, []), "one more": (4, [0.75]), "two seconds more": (7, [0.75, 1.0])}


@pytest.mark.parametrize(("messages", "slept"), PACES.values(), ids=PACES.keys())
def test_what_a_number_sends_in_a_second_is_counted_for_all_workers(
	clock: Clock, messages: int, slept: list[float]
) -> None:
	number = frappe.generate_hash(length=12)
	for _ in range(messages):
		pace.wait_for_turn(number)
	assert clock.slept == slept


def test_numbers_do_not_wait_for_each_other(clock: Clock) -> None:
	for _ in range(3):
		for number in ("one", "two"):
			pace.wait_for_turn(number)
	assert clock.slept == []


def test_without_redis_nobody_waits(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
	def fails(*_arguments: Any) -> None:
		raise ConnectionError

	monkeypatch.setattr(type(frappe.cache), "incrby", fails)
	for _ in range(10):
		pace.wait_for_turn("unreachable")
	assert clock.slept == []


def test_a_number_that_the_business_app_uses_sends_slower(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	assert pace._limit(desk.number) == pace.A_SECOND
	frappe.db.set_value("WhatsApp Number", desk.number, "on_business_app", 1)
	assert pace._limit(desk.number) == pace.A_SECOND_BESIDE_THE_APP


# -- turns --------------------------------------------------------------------------------------------------

OTHERS = {
	"nobody waits": ([], [], False),
	"a drain of ours": (["short"], ["drain"], False),
	"somebody": (["default"], [], True),
	"somebody beside a drain of ours": (["short", "default"], ["drain"], True),
	"somebody beside one behind long jobs": (["long", "long"], [jobs.BEHIND_LONG_JOBS], True),
}


@pytest.mark.parametrize(("waiting", "flags", "others"), OTHERS.values(), ids=OTHERS.keys())
def test_who_waits_besides_our_own_drains(
	site: Any, monkeypatch: pytest.MonkeyPatch, waiting: list[str], flags: list[str], others: bool
) -> None:
	monkeypatch.setattr(jobs, "get_queue", lambda name: frappe._dict(count=waiting.count(name)))
	for flag in ("drain", jobs.BEHIND_LONG_JOBS):
		jobs.clear_wake_flag(flag)
	for flag in flags:
		frappe.cache.set(jobs._flag(flag), 1, ex=60)
	assert jobs.others_wait() is others


@pytest.mark.parametrize(
	("wait", "filed_at_once"), [(True, 1), (False, 3)], ids=["somebody waits", "nobody waits"]
)
def test_a_turn_ends_when_somebody_waits(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, wait: bool, filed_at_once: int
) -> None:
	for index in range(3):
		arrives(desk, f"text {index}", sender=f"55119000000{index:02d}")
	sorting.sort_received(time.monotonic() + 60)
	monkeypatch.setattr(jobs, "others_wait", lambda: wait)
	for limit in ("BUDGET_SECONDS", "DELIVERIES_SECONDS"):
		monkeypatch.setattr(drain, limit, 0.0001)
	drain.drain()
	assert len(filed()) == filed_at_once
