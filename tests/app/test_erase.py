# ruff: noqa: F811 (fixtures that are imported)
"""After an erasure nothing of the person is left anywhere; counts, times and everybody else stay."""

import contextvars
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import frappe
import pytest

from tests.app.child import start
from tests.app.desk import MESSAGE, Desk, newest, text_message, wait_until
from tests.app.people import FORMER, arrive, join
from tests.app.people import text as written_by
from tests.app.person import (  # noqa: F401 (fixtures among them)
	CUSTOMER,
	DELIVERY,
	ITEM,
	NAME,
	NUMBER,
	OTHER,
	OTHER_TEXT,
	TEXT,
	WRITTEN,
	a_sign,
	attach,
	comment,
	erased,
	leave_files,
	leave_items,
	leave_trails,
	left,
	left_in_files,
	needles,
	no_files,
	quiet,
	talked,
	wamid,
)
from whatsapp_channel import jobs
from whatsapp_channel.conversations.customers import customer_timeline
from whatsapp_channel.doctypes import SIGN
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.inbound import dispatch, drain
from whatsapp_channel.privacy.erase import erase
from whatsapp_channel.privacy.person import asked
from whatsapp_channel.settings import SETTINGS

# -- the heart: nothing is left ----------------------------------------------------------------------------


def test_after_erasing_nothing_of_the_person_is_left_anywhere(talked: Desk) -> None:
	assert left(needles())
	report = erased()
	assert left(needles()) == []
	assert (report.customers, report.messages, report.tickets, report.contacts_deleted) == (1, 3, 1, 1)
	assert report.elsewhere == {}
	assert OTHER_TEXT in " ".join(
		body for ticket in talked.tickets() for body in talked.conversation_of(ticket)
	)


def test_counts_and_times_stay(talked: Desk) -> None:
	(ticket,) = frappe.get_all("HD Ticket", {"raised_by": ["like", f"{NUMBER}%"]}, pluck="name")
	before = statistics(str(ticket))
	erased()
	assert statistics(str(ticket)) == before
	row = frappe.db.get_value("HD Ticket", ticket, ["subject", "contact", "whatsapp_customer"], as_dict=True)
	assert (row.subject, row.contact) == ("Erased", None)
	shell = frappe.db.get_value(CUSTOMER, row.whatsapp_customer, ["profile_name", "phone_key"], as_dict=True)
	assert (shell.profile_name, shell.phone_key) == ("Erased customer", None)


def statistics(ticket: str) -> list:
	"""What reports count."""
	times = frappe.db.get_value("HD Ticket", ticket, ["creation", "status", "agent_group", "resolution_date"])
	customer = frappe.db.get_value("HD Ticket", ticket, "whatsapp_customer")
	messages = frappe.get_all(
		MESSAGE,
		{"customer": customer},
		["direction", "status", "message_timestamp", "session"],
		order_by="name",
	)
	sessions = frappe.get_all("WhatsApp Session", {"customer": customer}, ["kind", "inbound_count"])
	said = frappe.db.count("Communication", {"reference_name": ticket, "reference_doctype": "HD Ticket"})
	return [times, messages, sessions, said]


@pytest.mark.parametrize(
	"leave", [leave_files, leave_trails, leave_items], ids=["files", "trails", "kept items"]
)
def test_nothing_is_left_of(talked: Desk, leave: Any) -> None:
	leave(talked)
	assert left(needles())
	erased()
	assert left(needles()) == []


def test_a_file_that_somebody_else_sent_as_well_stays(talked: Desk) -> None:
	mine, theirs = (
		frappe.get_all(MESSAGE, {"text": ["like", f"{text}%"]}, pluck="communication")[0]
		for text in (TEXT, OTHER_TEXT)
	)
	url = attach("meme.txt", "the same meme", "Communication", mine)
	assert attach("meme.txt", "the same meme", "Communication", theirs) == url
	erased()
	(row,) = frappe.get_all("File", {"file_url": url}, ["attached_to_name"])
	assert row.attached_to_name == theirs
	assert left_in_files(["the same meme"])


# -- tickets that others share -----------------------------------------------------------------------------


def merged_into_mail_ticket(desk: Desk) -> str:
	"""The person's ticket was merged into one of an e-mail customer, as Helpdesk's page does it; returns the latter."""
	from helpdesk.helpdesk.doctype.hd_ticket.api import merge_ticket

	target = frappe.get_doc(
		{
			"doctype": "HD Ticket",
			"subject": "By mail",
			"raised_by": "mail@example.com",
			"description": "mailed words",
		}
	).insert(ignore_permissions=True)
	source = frappe.get_all("HD Ticket", {"raised_by": ["like", f"{NUMBER}%"]}, pluck="name")[0]
	merge_ticket(str(source), str(target.name))
	frappe.db.commit()
	return str(target.name)


def test_an_email_customers_ticket_loses_only_the_persons_copies(talked: Desk) -> None:
	target = merged_into_mail_ticket(talked)
	assert any(TEXT in content for content in talked.conversation_of(target))
	erased()
	assert left(needles()) == []
	assert frappe.db.get_value("HD Ticket", target, ["subject", "raised_by"]) == (
		"By mail",
		"mail@example.com",
	)
	assert any("mailed words" in content for content in talked.conversation_of(target))
	known = frappe.db.get_value("HD Ticket", target, "whatsapp_customer")
	assert frappe.db.get_value(CUSTOMER, known, "profile_name") == "Erased customer"


@pytest.mark.parametrize("hidden", [0, 1], ids=["numbers shown", "numbers hidden"])
def test_notes_in_a_shared_ticket_that_tell_a_number_go_and_others_stay(talked: Desk, hidden: int) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", hidden)
	target = merged_into_mail_ticket(talked)
	for number in (NUMBER, OTHER):
		tickets.note(target, f"Somebody's number changed to {customer_timeline.shown(number)}.")
	frappe.db.commit()
	erased()
	notes = frappe.get_all("HD Ticket Comment", {"reference_ticket": target}, pluck="content")
	told = [
		customer_timeline.shown(number)
		for note in notes
		for number in (NUMBER, OTHER)
		if customer_timeline.shown(number) in note
	]
	assert told == [customer_timeline.shown(OTHER)]


def test_a_ticket_split_from_his_is_erased_too(talked: Desk) -> None:
	from helpdesk.helpdesk.doctype.hd_ticket.api import split_ticket

	communication = frappe.get_all(MESSAGE, {"text": f"{TEXT} two"}, pluck="communication")[0]
	split_ticket(f"about {TEXT}", communication)
	frappe.db.commit()
	erased()
	assert left(needles()) == []


# -- contacts ----------------------------------------------------------------------------------------------


def contact_of(desk: Desk) -> str:
	return frappe.db.get_value(CUSTOMER, {"wa_id": NUMBER}, "contact")


def add_email(name: str) -> None:
	contact = frappe.get_doc("Contact", name)
	contact.append("email_ids", {"email_id": "known@example.com", "is_primary": 1})
	contact.save(ignore_permissions=True)


def add_number(name: str) -> None:
	contact = frappe.get_doc("Contact", name)
	contact.append("phone_nos", {"phone": "+49 30 901820"})
	contact.save(ignore_permissions=True)


def add_company(name: str) -> None:
	join(name, "Acme")


@pytest.mark.parametrize(
	"known",
	[add_email, add_number, add_company],
	ids=["an e-mail address", "another number", "a company"],
)
def test_a_contact_known_otherwise_loses_only_the_number(talked: Desk, known: Any) -> None:
	name = contact_of(talked)
	known(name)
	report = erased()
	assert (report.contacts_deleted, report.contacts_kept) == (0, 1)
	assert frappe.db.exists("Contact", name)
	assert left([NUMBER, "98765-0123"]) == []


def test_a_contact_that_was_never_a_customer_loses_the_number(desk: Desk) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Imported"})
	contact.append("phone_nos", {"phone": "+55-11987650123", "is_primary_mobile_no": 1})
	contact.append("email_ids", {"email_id": "imported@example.com", "is_primary": 1})
	contact.insert()
	erased()
	assert left(["987650123"]) == []
	assert frappe.db.exists("Contact", contact.name)


# -- broken off, repeated, at the same time ----------------------------------------------------------------


def test_a_second_time_finds_nothing_and_does_no_harm(talked: Desk) -> None:
	erased()
	tickets = talked.tickets()
	report = erased()
	assert (report.customers, report.messages, report.files, report.deliveries) == (0, 0, 0, 0)
	assert talked.tickets() == tickets


@pytest.mark.parametrize("step", ["_remove_files", "deliveries.erase", "mentions.erase", "_erase_locked"])
def test_broken_off_anywhere_and_started_again(
	talked: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
	from whatsapp_channel.privacy import erase as module

	leave_files(talked)
	leave_trails(talked)
	frappe.db.commit()
	holder, _dot, name = step.rpartition(".")
	target = getattr(module, holder) if holder else module
	original = getattr(target, name)

	def broken(*arguments: Any, **named: Any) -> None:
		original(*arguments, **named)
		raise KeyboardInterrupt

	monkeypatch.setattr(target, name, broken)
	with pytest.raises(KeyboardInterrupt):
		erased()
	frappe.db.rollback()
	monkeypatch.undo()
	erased()
	assert left(needles()) == []


def test_killed_again_and_again(talked: Desk, host: Any) -> None:
	leave_files(talked)
	leave_trails(talked)
	frappe.db.commit()
	for _ in range(3):
		worker = start(host.environment(), "tests.app.test_erase.erase_here", NUMBER)
		wait_until(
			lambda worker=worker: (
				worker.poll() is not None or bool(frappe.db.commit() or not left_in_files([TEXT]))
			)
		)
		worker.kill()
		worker.wait(timeout=60)
	erased()
	assert left(needles()) == []


def erase_here(number: str) -> None:
	"""What a worker does; called in a process of its own."""
	erase(asked(number), None, quiet)


def test_a_queued_message_is_not_sent_any_more(talked: Desk) -> None:
	ticket = next(
		name
		for name in talked.tickets()
		if frappe.db.get_value("HD Ticket", name, "raised_by").startswith(NUMBER)
	)
	row = talked.reply(ticket, "<p>too late</p>")
	before = len(talked.on_phone(NUMBER))
	erased()
	talked.settle()
	assert len(talked.on_phone(NUMBER)) == before
	assert talked.message(row).status == "Failed"


def test_a_message_after_the_erasure_belongs_to_a_new_customer(talked: Desk) -> None:
	erased()
	talked.writes("a new beginning", wa_id=NUMBER, name="New Name")
	name = frappe.db.get_value(CUSTOMER, {"wa_id": NUMBER})
	assert frappe.db.count(MESSAGE, {"customer": name}) == 1


def test_a_message_that_meta_repeats_stays_erased(talked: Desk) -> None:
	erased()
	talked.post(
		talked.payload(text_message(f"{TEXT} two", wamid=wamid("two"), sender=NUMBER, again=1), name=NAME)
	)
	talked.settle()
	assert not frappe.db.exists(MESSAGE, {"text": ["like", f"{TEXT}%"]})


def test_a_message_that_arrives_meanwhile_is_erased_or_a_new_customers(
	talked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	from whatsapp_channel.privacy import erase as module

	original = module.mentions.erase

	def meanwhile(*arguments: Any) -> int:
		talked.writes(f"{TEXT} meanwhile", wa_id=NUMBER, name=NAME)
		return original(*arguments)

	monkeypatch.setattr(module.mentions, "erase", meanwhile)
	erased()
	assert left(needles()) == []


def test_an_agent_cannot_answer_an_erased_customer(talked: Desk) -> None:
	from whatsapp_channel.outbound.gate import WindowClosed

	erased()
	(ticket,) = frappe.get_all("HD Ticket", {"subject": "Erased"}, pluck="name")
	with pytest.raises(WindowClosed):
		talked.reply(str(ticket), "<p>Hello?</p>")


# -- other people's rows -----------------------------------------------------------------------------------


def joined(desk: Desk, kind: str, identity: str) -> None:
	"""A customer with a former identity of this kind, as it is written when two rows turn out to be one person."""
	user_id = "BR.13491208655302741918"
	by_number, by_user_id = written_by(NUMBER, 1), written_by(user_id, 2)
	arrive(desk, by_number, by_user_id, written_by(f"{NUMBER} {user_id}", 3))
	(row,) = frappe.get_all(FORMER, {"kind": "Record"}, pluck="name")
	frappe.db.set_value(FORMER, row, {"kind": kind, "identity": identity})
	frappe.db.commit()


@pytest.mark.parametrize(
	("kind", "identity"),
	[("Record", "0c734d4cdb"), ("Record", "0c73446d29d81b"), ("Phone Number", "07344")],
	ids=["the name of a row", "the name of a row with seven digits", "a number of five digits"],
)
def test_logs_of_others_stay_when_a_joined_customer_is_erased(desk: Desk, kind: str, identity: str) -> None:
	digits = "".join(char for char in identity if char.isdigit())
	joined(desk, kind, identity)
	comment(f"invoice 9{digits}0 is paid", "User", "Administrator")
	erased()
	assert left([f"invoice 9{digits}0 is paid"])


def test_the_address_of_a_joined_row_is_erased(desk: Desk) -> None:
	joined(desk, "Record", "0c734d4cdb")
	text = "mail to 0c734d4cdb@whatsapp.invalid"
	frappe.get_doc({"doctype": "Error Log", "method": "test", "error": text}).insert()
	erased()
	assert left(["0c734d4cdb"]) == []


# -- what Meta tells later ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["delivered", "read", "failed"])
def test_a_late_status_does_not_write_the_id_back(talked: Desk, word: str) -> None:
	row = newest(MESSAGE, direction="Outgoing")
	id_at_meta = wamid("reply")
	assert talked.message(row).wamid
	key = frappe.get_attr("whatsapp_channel.keys.wamid_key")(talked.number, id_at_meta)
	frappe.db.set_value(MESSAGE, row, {"wamid": id_at_meta, "wamid_key": key})
	erased()
	talked.post(talked.status(id_at_meta, word))
	talked.settle()
	assert (talked.message(row).status, talked.message(row).wamid) == (word.capitalize(), None)


# -- deliveries that are worked off at the same time -------------------------------------------------------


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, item: int) -> Iterator[None]:
	"""The worker dies when it begins this item, counted from 1 in each drain."""
	begun = count(1)
	original = dispatch.process

	def process(*arguments: Any) -> None:
		if next(begun) == item:
			raise KeyboardInterrupt
		original(*arguments)

	with monkeypatch.context() as patch:
		patch.setattr(dispatch, "process", process)
		yield
	frappe.db.rollback()


def half_done(desk: Desk, monkeypatch: pytest.MonkeyPatch, body: dict, dies_at: list[int]) -> None:
	"""A delivery of four items of which two are done: the worker died in the third, counted in each drain."""
	desk.post(body)
	name = newest(DELIVERY)
	for item in dies_at:
		with killed_at(monkeypatch, item), pytest.raises(KeyboardInterrupt):
			drain.process_delivery(name)
	# The items of several people are worked off apart.
	rows = frappe.get_all(DELIVERY, or_filters={"name": name, "part_of": name}, pluck="position")
	assert any(place and place.endswith("/2") for place in rows) is (len(dies_at) > 1)


DIED = ["died once", "died with its place noted"]


# What a part has done before it was broken off is begun again, what another part has done is not.
@pytest.mark.parametrize("dies_at", [[3], [3, 2]], ids=DIED)
def test_nobodys_message_is_lost_when_a_half_done_delivery_is_thinned_out(
	talked: Desk, monkeypatch: pytest.MonkeyPatch, dies_at: list[int]
) -> None:
	mine = text_message(f"{TEXT} three", wamid=wamid("three"), sender=NUMBER)
	theirs = [
		text_message(f"other {index}", wamid=f"wamid.other.{index}", sender=OTHER) for index in range(3)
	]
	half_done(talked, monkeypatch, talked.payload(mine, *theirs), dies_at)
	erased()
	talked.settle()
	found = frappe.get_all(MESSAGE, {"text": ["like", "other %"]}, pluck="text", order_by="creation")
	assert found == ["other 0", "other 1", "other 2"]
	assert left(needles()) == []


# What is kept already is not begun again.
@pytest.mark.parametrize("dies_at", [[3], [3, 1]], ids=DIED)
def test_nobodys_status_is_taken_for_another_when_a_half_done_delivery_is_thinned_out(
	talked: Desk, monkeypatch: pytest.MonkeyPatch, dies_at: list[int]
) -> None:
	people = [NUMBER, "5511900000001", "5511900000002", "5511900000003"]
	statuses = [
		{"id": f"wamid.unknown.{to}", "status": "read", "timestamp": "1700000000", "recipient_id": to}
		for to in people
	]
	half_done(talked, monkeypatch, talked.envelope({"statuses": statuses}), dies_at)
	erased()
	talked.settle()
	kept = frappe.get_all(ITEM, {"kind": "Status"}, pluck="payload")
	assert {json.loads(payload)["raw"]["recipient_id"] for payload in kept} == set(people[1:])


def test_a_delivery_of_which_nothing_is_left_is_done_quietly(talked: Desk) -> None:
	talked.post(talked.payload(text_message(TEXT, wamid=wamid("four"), sender=NUMBER), name=NAME))
	name = newest(DELIVERY)
	erased()
	erased()
	talked.settle()
	assert frappe.db.get_value(DELIVERY, name, ["state", "error"]) == ("Processed", None)
	assert not frappe.db.count(ITEM)


def test_a_body_grows_by_its_own_size_at_most_when_many_are_taken_out(talked: Desk) -> None:
	people = [f"55119000000{index}" for index in range(10, 20)]
	talked.post(talked.payload(*[text_message(wamid=f"wamid.{each}", sender=each) for each in people]))
	name = newest(DELIVERY)
	for each in people:
		erased(each)
	assert len(json.loads(frappe.db.get_value(DELIVERY, name, "body"))["entry"]) == len(people) + 1


def test_a_message_that_a_drain_has_in_memory_does_not_come_back(
	talked: Desk, host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	from whatsapp_channel.privacy import erase as module

	original = module.named_lock

	def waits_for(name: str, wait: float = 0) -> Any:
		if name == "drain":
			(tmp_path / "go on").touch()
		return original(name, wait)

	monkeypatch.setattr(module, "named_lock", waits_for)
	talked.post(talked.payload(text_message(f"{TEXT} late", wamid=wamid("late"), sender=NUMBER), name=NAME))
	worker = start(host.environment(), "tests.app.test_erase.drain_slowly", str(tmp_path))
	wait_until((tmp_path / "in memory").exists)
	erased()
	(tmp_path / "go on").touch()
	assert worker.wait(timeout=60) == 0
	assert left(needles()) == []


def drain_slowly(folder: str) -> None:
	"""What a worker does that is held up before its first item; called in a process of its own."""
	original = dispatch.process

	def process(*arguments: Any) -> None:
		(Path(folder) / "in memory").touch()
		wait_until((Path(folder) / "go on").exists)
		original(*arguments)

	dispatch.process = process
	drain.drain()


def test_while_received_messages_are_worked_off_it_says_so(
	talked: Desk, host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	from whatsapp_channel.privacy import erase as module

	monkeypatch.setattr(module, "DRAIN_WAIT_SECONDS", 0)
	talked.post(talked.payload(text_message("of somebody else", wamid="wamid.slow", sender=OTHER)))
	worker = start(host.environment(), "tests.app.test_erase.drain_slowly", str(tmp_path))
	wait_until((tmp_path / "in memory").exists)
	with pytest.raises(frappe.ValidationError, match="still being worked off"):
		erased()
	(tmp_path / "go on").touch()
	assert worker.wait(timeout=60) == 0
	erased()
	assert left(needles()) == []


def test_no_drain_begins_while_erasing_waits_for_those_at_work(
	talked: Desk, host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
	from whatsapp_channel.privacy import erase as module

	original, begun = module.named_lock, []

	def waits_for(name: str, wait: float = 0) -> Any:
		if name == "drain":
			contextvars.Context().run(lambda: begun.append(begins(host)))
			(tmp_path / "go on").touch()
		return original(name, wait)

	monkeypatch.setattr(module, "named_lock", waits_for)
	talked.post(talked.payload(text_message("of somebody else", wamid="wamid.slow", sender=OTHER)))
	worker = start(host.environment(), "tests.app.test_erase.drain_slowly", str(tmp_path))
	wait_until((tmp_path / "in memory").exists)
	erased()
	assert worker.wait(timeout=60) == 0
	assert begun == [False]


def begins(host: Any) -> bool:
	"""Whether a drain that starts now has a place."""
	host.connect()
	with jobs.at_work() as room:
		pass
	host.disconnect()
	return room


def comment_on(doctype: str, name: str, content: str) -> str:
	values = {"doctype": "Comment", "comment_type": "Comment", "reference_doctype": doctype}
	row = frappe.get_doc({**values, "reference_name": name, "content": content})
	row.db_insert()  # not repeated in the document itself, which the next test would take for a leftover
	return row.name


def test_what_a_colleague_wrote_about_something_else_stays_and_is_reported(talked: Desk) -> None:
	name = comment_on("User", "Administrator", f"the assistant of our partner: {NUMBER}")
	report = erased()
	assert frappe.db.exists("Comment", name)
	assert report.elsewhere["Comment"] == 1


@pytest.mark.parametrize(
	("asked_for", "logged"),
	[(WRITTEN, f"order 9{NUMBER}77"), ("US.____", "see us.when you can")],
	ids=["a longer number", "a user id with wildcards"],
)
def test_a_log_that_only_looks_alike_stays(talked: Desk, asked_for: str, logged: str) -> None:
	name = frappe.get_doc({"doctype": "Error Log", "method": "test", "error": logged}).insert().name
	erased(asked_for)
	assert frappe.db.exists("Error Log", name)


def test_a_customer_whose_account_was_deleted_is_found(talked: Desk) -> None:
	frappe.db.delete("WhatsApp Business Account")
	frappe.db.commit()
	assert erased().customers == 1
	assert not left([TEXT])


def test_a_sign_of_his_missing_message_goes(talked: Desk) -> None:
	name = a_sign(wamid("missing"))
	erased()
	assert not frappe.db.exists(SIGN, name)


def test_a_sign_of_somebody_elses_missing_message_stays(talked: Desk) -> None:
	names = [a_sign(wamid("missing", OTHER)), a_sign(wamid("missing").swapcase())]
	erased()
	assert all(frappe.db.exists(SIGN, name) for name in names)
