# ruff: noqa: F811 (fixtures that are imported)
"""What is stored about a person is found and exported, by jobs that say nothing of him; old webhooks are cleared."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
import pytest

from tests.app.child import start
from tests.app.conftest import user
from tests.app.desk import Desk, wait_until
from tests.app.people import arrive
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
	erased,
	leave_files,
	left,
	needles,
	no_files,
	quiet,
	talked,
	wamid,
)
from whatsapp_channel.privacy import audit, background, command, export, retention
from whatsapp_channel.privacy.find import find
from whatsapp_channel.privacy.person import asked, choose

# -- whom it means -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"entered",
	[NUMBER, f"+{NUMBER}", f"00{NUMBER}", WRITTEN, "55 11 8765-0123"],
	ids=["digits", "plus", "00", "written", "without the ninth digit"],
)
def test_every_spelling_finds_the_customer(talked: Desk, entered: str) -> None:
	found = find(asked(entered))
	assert [customer["profile_name"] for customer in found["customers"]] == [NAME]
	assert (found["messages"], len(found["tickets"]), found["deliveries"]) == (3, 1, 2)
	assert NUMBER not in found["number"]


@pytest.mark.parametrize("user_id", ["US.abCd12345678", "US.ABCD12345678", "BR.13491208655302741918"])
def test_a_user_id_finds_its_customer(desk: Desk, user_id: str) -> None:
	arrive(desk, written_by(user_id), written_by("US.abcd12345678"))
	(owner,) = choose(asked(user_id))
	assert owner.phone == user_id
	erased(user_id)
	assert frappe.get_all(CUSTOMER, {"bsuid": ["is", "set"]}, pluck="bsuid") == ["US.abcd12345678"]


@pytest.mark.parametrize(
	"entered", ["", "hello", "12", "11 98765-0123x"], ids=["nothing", "a word", "short", "extension"]
)
def test_what_is_no_number_is_refused(desk: Desk, entered: str) -> None:
	with pytest.raises(frappe.ValidationError):
		asked(entered)


def former_identity(customer: str, number: str) -> None:
	row = frappe.get_doc(CUSTOMER, customer)
	key = f"{row.account}:{number}"
	values = {
		"kind": "Phone Number",
		"identity": number,
		"until": frappe.utils.now_datetime(),
		"identity_key": key,
	}
	row.append("former_identities", values)
	row.save(ignore_permissions=True)
	frappe.db.commit()


def test_who_had_the_number_is_found_when_nobody_has_it_now(talked: Desk) -> None:
	name = frappe.db.get_value(CUSTOMER, {"wa_id": NUMBER})
	former_identity(name, "5511999990000")
	(found,) = find(asked("5511999990000"))["customers"]
	assert (found["name"], found["chosen"], bool(found["until"])) == (name, True, True)
	erased("5511999990000")
	assert left([*needles(), "5511999990000"]) == []


def test_a_number_that_changed_hands_means_its_present_owner(talked: Desk) -> None:
	former = frappe.db.get_value(CUSTOMER, {"wa_id": OTHER})
	former_identity(former, NUMBER)
	assert [owner.profile_name for owner in choose(asked(NUMBER))] == [NAME]
	assert [owner.profile_name for owner in choose(asked(NUMBER), [former])] == ["Maria"]
	erased(NUMBER, customers=[former])
	assert left([OTHER_TEXT]) == []
	assert frappe.db.get_value(CUSTOMER, {"wa_id": NUMBER}, "profile_name") == NAME


# -- export ------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(talked: Desk) -> Iterator[zipfile.ZipFile]:
	"""The export of the person, opened."""
	leave_files(talked)
	frappe.db.commit()
	url = export.export(asked(WRITTEN), None, quiet)
	row = frappe.get_doc("File", {"file_url": url})
	assert (row.is_private, row.owner, row.attached_to_doctype) == (1, "Administrator", None)
	with zipfile.ZipFile(io.BytesIO(Path(row.get_full_path()).read_bytes())) as opened:
		yield opened


def test_an_export_has_messages_tickets_contacts_and_files(archive: zipfile.ZipFile) -> None:
	data = json.loads(archive.read("data.json"))
	assert [message["text"] for message in data["messages"] if message["direction"] == "Incoming"] == [
		f"{TEXT} one",
		f"{TEXT} two",
	]
	assert data["customers"][0]["phone"] == f"+{NUMBER}"
	assert data["contacts"][0]["phones"] == [f"+{NUMBER}"]
	assert any(TEXT in said["content"] for said in data["tickets"][0]["communications"])
	assert sorted(
		archive.read(name).decode() for name in archive.namelist() if name.startswith("files/")
	) == [
		f"{TEXT} file",
		f"{TEXT} photo",
	]


def test_an_export_holds_nobody_elses_words(archive: zipfile.ZipFile) -> None:
	content = b"".join(archive.read(name) for name in archive.namelist()).decode()
	assert OTHER not in content
	assert OTHER_TEXT not in content


def test_signs_of_missing_messages_are_counted_and_exported(talked: Desk, request: Any) -> None:
	a_sign(wamid("missing"))
	a_sign(wamid("missing", OTHER))
	assert find(asked(WRITTEN))["deliveries"] == 3
	archive = request.getfixturevalue("archive")
	(sign,) = json.loads(archive.read("data.json"))["missing_messages"]
	assert (sign["wamid"], sign["kind"], sign["state"]) == (wamid("missing"), "Quote", "Open")


def test_an_export_is_erased_with_the_person(archive: zipfile.ZipFile) -> None:
	erased()
	assert not frappe.get_all("File", {"file_name": ["like", "whatsapp-export-%"]})
	assert not list(Path(frappe.get_site_path("private", "files")).glob("whatsapp-export-*"))


def test_an_export_is_deleted_after_a_day(archive: zipfile.ZipFile) -> None:
	name = frappe.get_all("File", {"file_name": ["like", "whatsapp-export-%"]}, pluck="name")[0]
	assert export.delete_old() == 0
	frappe.db.set_value(
		"File", name, "creation", frappe.utils.add_to_date(None, hours=-25), update_modified=False
	)
	assert export.delete_old() == 1
	assert not list(Path(frappe.get_site_path("private", "files")).glob("whatsapp-export-*"))


# -- jobs and audit ----------------------------------------------------------------------------------------


def test_the_job_carries_no_number_and_leaves_a_trail_without_it(
	talked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	jobs: list[dict] = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **arguments: jobs.append(arguments))
	background.start("erase", WRITTEN, None)
	assert "98765" not in json.dumps(jobs[0])
	frappe.db.commit()
	background.run(jobs[0]["action"], jobs[0]["sealed"])
	assert left(needles()) == []
	(remark,) = audit.earlier(asked(NUMBER))
	assert remark["by"] == "Administrator"
	assert "+55 ••••• 0123" in remark["text"]


def test_a_job_that_fails_says_so_and_logs_nothing_personal(
	talked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	def fails(wanted: Any, _customers: Any, _progress: Any) -> None:
		raise RuntimeError(f"{wanted.ids[0]} {wamid('two')}")

	monkeypatch.setattr(background.erase, "erase", fails)
	told: list[dict] = []
	monkeypatch.setattr(background, "_tell", told.append)
	frappe.db.commit()
	background.run("erase", background.encrypt(json.dumps({"number": NUMBER, "customers": None})))
	assert "failed" in told[0]
	error = frappe.get_all("Error Log", {"method": ["like", "WhatsApp: erase%"]}, pluck="error")[0]
	assert "RuntimeError" in error
	assert NUMBER not in error
	assert wamid("two") not in error


@pytest.fixture
def busy(desk: Desk, host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
	"""Another process exports or erases."""
	frappe.db.commit()
	worker = start(host.environment(), "tests.app.test_privacy.be_alone", str(tmp_path))
	wait_until((tmp_path / "alone").exists)
	yield
	(tmp_path / "done").touch()
	assert worker.wait(timeout=60) == 0


def be_alone(folder: str) -> None:
	"""What another worker does; called in a process of its own."""
	with background.alone(0):
		(Path(folder) / "alone").touch()
		wait_until((Path(folder) / "done").exists)


@pytest.mark.parametrize("action", ["export", "erase"])
def test_two_at_once_are_refused_on_the_command_line(
	busy: None, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
	monkeypatch.setattr(command, "WAIT_SECONDS", 0)
	with pytest.raises(frappe.ValidationError, match="Another export or erasure is running"):
		command.carry_out(action, NUMBER, None, quiet)


@pytest.mark.parametrize("action", ["export", "erase"])
def test_two_at_once_are_refused_on_the_desk(
	busy: None, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
	monkeypatch.setattr(background, "WAIT_SECONDS", 0)
	told: list[dict] = []
	monkeypatch.setattr(background, "_tell", told.append)
	background.run(action, background.encrypt(json.dumps({"number": NUMBER, "customers": None})))
	assert told[0]["failed"].startswith("Another export or erasure is running")


def test_the_command_line_erases_and_lets_the_next_one_in(talked: Desk) -> None:
	frappe.db.commit()
	assert command.carry_out("erase", WRITTEN, None, quiet)["messages"] == 3
	assert left(needles()) == []
	assert command.carry_out("erase", WRITTEN, None, quiet)["messages"] == 0


# -- retention ---------------------------------------------------------------------------------------------


def an_item(state: str, days: int) -> str:
	name = f"{state}-{days}"
	values = {"doctype": ITEM, "state": state, "delivery": f"d-{name}", "payload": "{}", "item_key": name}
	return old(frappe.get_doc(values).insert(ignore_links=True), days)


def a_delivery(state: str, days: int, item_state: str | None = None) -> str:
	name = f"{state}-{days}-{item_state}"
	made = frappe.get_doc({"doctype": DELIVERY, "name": name, "state": state, "body": "{}"}).insert(
		set_name=name
	)
	if item_state:
		values = {"doctype": ITEM, "state": item_state, "delivery": name, "payload": "{}", "item_key": name}
		old(frappe.get_doc(values).insert(), 1)
	return old(made, days)


def old(document: Any, days: int) -> str:
	when = frappe.utils.add_days(frappe.utils.now_datetime(), -days)
	frappe.db.set_value(document.doctype, document.name, "creation", when, update_modified=False)
	return document.name


@pytest.mark.parametrize(
	("state", "days", "kept"),
	[
		("Processed", 31, False),
		("Dropped", 31, False),
		("Processed", 29, True),
		("Failed", 400, True),
		("Held", 400, True),
		("Unroutable", 400, True),
		("Pending", 400, True),
	],
)
def test_items_after_thirty_days(desk: Desk, state: str, days: int, kept: bool) -> None:
	name = an_item(state, days)
	frappe.db.commit()
	frappe.get_attr(
		"whatsapp_channel.whatsapp_channel.doctype.whatsapp_delivery_item.whatsapp_delivery_item.WhatsAppDeliveryItem"
	).clear_old_logs(30)
	assert bool(frappe.db.exists(ITEM, name)) is kept


@pytest.mark.parametrize(
	("state", "days", "item_state", "kept"),
	[
		("Processed", 31, None, False),
		("Processed", 29, None, True),
		("Processed", 31, "Processed", False),
		("Processed", 31, "Failed", True),
		("Processed", 31, "Held", True),
		("Processed", 31, "Unroutable", True),
		("Received", 400, None, True),
		("Failed", 400, None, True),
	],
)
def test_deliveries_after_thirty_days(
	desk: Desk, state: str, days: int, item_state: str | None, kept: bool
) -> None:
	name = a_delivery(state, days, item_state)
	frappe.db.commit()
	frappe.get_attr(
		"whatsapp_channel.whatsapp_channel.doctype.whatsapp_delivery.whatsapp_delivery.WhatsAppDelivery"
	).clear_old_logs(30)
	assert bool(frappe.db.exists(DELIVERY, name)) is kept


@pytest.mark.parametrize(
	("make", "doctype", "controller"),
	[
		(an_item, ITEM, "whatsapp_delivery_item.whatsapp_delivery_item.WhatsAppDeliveryItem"),
		(a_delivery, DELIVERY, "whatsapp_delivery.whatsapp_delivery.WhatsAppDelivery"),
	],
	ids=["items", "deliveries"],
)
def test_many_old_rows_go_in_batches(
	desk: Desk, monkeypatch: pytest.MonkeyPatch, make: Any, doctype: str, controller: str
) -> None:
	for days in range(31, 36):
		make("Processed", days)
	make("Failed", 40)
	frappe.db.commit()
	left_after_commits: list[int] = []
	commit = frappe.db.commit

	def counted() -> None:
		commit()
		left_after_commits.append(frappe.db.count(doctype))

	monkeypatch.setattr(retention, "BATCH", 2)
	monkeypatch.setattr(frappe.db, "commit", counted)
	frappe.get_attr(f"whatsapp_channel.whatsapp_channel.doctype.{controller}").clear_old_logs(30)
	assert left_after_commits == [4, 2, 1]


def test_the_browser_sends_the_chosen_customers_as_text(talked: Desk) -> None:
	frappe.set_user("Administrator")
	client = talked.web.login(user("whatsapp-privacy@example.com", "System Manager"))
	(customer,) = frappe.get_all(CUSTOMER, {"wa_id": NUMBER}, pluck="name")
	form = {"phone": WRITTEN, "customers": json.dumps([customer])}
	for method, more in {"find": {}, "export": {}, "erase": {"confirmation": WRITTEN}}.items():
		answer = client.post(f"/api/method/whatsapp_channel.api.privacy.{method}", data={**form, **more})
		assert answer.status_code == 200, answer.text
