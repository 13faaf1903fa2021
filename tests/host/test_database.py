"""What the app relies on when it asks the database."""

import datetime
import threading
from typing import Any

import frappe
import pytest
from frappe.database.database import savepoint

CUSTOMER = "WhatsApp Customer"
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 600000)


def customer(name: str, **values: Any) -> Any:
	"""A row without validation."""
	document = frappe.get_doc({"doctype": CUSTOMER, **values})
	document.name = name
	document.db_insert()
	return document


@pytest.fixture
def three(site: Any) -> None:
	"""Three contacts: with a designation, with an empty one, with none."""
	for name, designation in (("set", "Buyer"), ("empty", ""), ("null", None)):
		document = frappe.get_doc({"doctype": "Contact", "first_name": name, "designation": designation})
		document.name = f"host-{name}"
		document.db_insert()
	frappe.db.commit()


FILTERS: dict[str, tuple[Any, set[str], set[str]]] = {
	# condition: (filter of `designation`, what get_all finds, what db.get_values finds)
	"equal": ("Buyer", {"set"}, {"set"}),
	"equal in other case": ("buyer", {"set"}, {"set"}),
	"not equal": (["!=", "Seller"], {"set", "empty", "null"}, {"set", "empty"}),
	"in": (["in", ["Buyer", "Seller"]], {"set"}, {"set"}),
	"not in": (["not in", ["Buyer"]], {"empty", "null"}, {"empty"}),
	"like": (["like", "%uye%"], {"set"}, {"set"}),
	"is set": (["is", "set"], {"set"}, {"set"}),
	"is not set": (["is", "not set"], {"empty", "null"}, {"empty", "null"}),
	"none": (None, {"empty", "null"}, {"null"}),
}


@pytest.mark.parametrize(("wanted", "by_list", "by_value"), FILTERS.values(), ids=FILTERS.keys())
def test_filters_on_empty_and_null(three: None, wanted: Any, by_list: set[str], by_value: set[str]) -> None:
	ours = {"name": ["like", "host-%"], "designation": wanted}
	found = set(frappe.get_all("Contact", filters=ours, pluck="name"))
	assert found == {f"host-{name}" for name in by_list}
	found = set(frappe.db.get_values("Contact", ours, "name", pluck=True))
	assert found == {f"host-{name}" for name in by_value}


TIMES = {
	"earlier counts rows without a time": (["<", MOMENT], {"none"}),
	"later leaves them out": ([">", MOMENT - datetime.timedelta(days=1)], {"set"}),
	"text without fractions": ([">=", "2026-01-02 03:04:05"], {"set"}),
	"between": (["between", ["2026-01-02", "2026-01-02"]], {"set"}),
}


@pytest.mark.helpdesk_since("1.25")
@pytest.mark.parametrize(("wanted", "names"), TIMES.values(), ids=TIMES.keys())
def test_filters_on_times(site: Any, wanted: Any, names: set[str]) -> None:
	for name, moment in (("set", MOMENT), ("none", None)):
		document = frappe.get_doc({"doctype": "HD Ticket", "subject": "Times", "resolution_date": moment})
		document.name = f"host-{name}"
		document.db_insert()
	ours = {"name": ["like", "host-%"], "resolution_date": wanted}
	assert set(frappe.get_all("HD Ticket", filters=ours, pluck="name")) == {f"host-{name}" for name in names}


def test_filter_on_a_child_row(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Child"})
	contact.append("phone_nos", {"phone": "+5511999990000"})
	contact.insert()
	found = frappe.get_all(
		"Contact", filters=[["Contact Phone", "phone", "=", "+5511999990000"]], pluck="name"
	)
	assert found == [contact.name]


@pytest.mark.helpdesk_since("1.25")
def test_times_come_back_as_times(site: Any) -> None:
	frappe.get_doc({"doctype": "HD Ticket", "name": "x", "resolution_date": MOMENT}).db_insert()
	one = frappe.db.sql(
		"select resolution_date, max(resolution_date) from `tabHD Ticket` where subject is null"
	)
	assert one[0] == (MOMENT, MOMENT)


def contact(name: str) -> None:
	"""A row without validation whose name is no random one."""
	document = frappe.get_doc({"doctype": "Contact", "first_name": name})
	document.name = name
	document.db_insert()


def test_a_taken_name_is_a_duplicate_entry(site: Any) -> None:
	contact("host-taken")
	with pytest.raises(frappe.DuplicateEntryError):
		contact("host-taken")


def test_a_taken_random_name_is_replaced_by_another(site: Any) -> None:
	assert [customer("taken").name == "taken", customer("taken").name == "taken"] == [True, False]


def test_another_taken_key_is_a_unique_validation_error(site: Any) -> None:
	customer("first", phone_key="551199")
	with pytest.raises(frappe.UniqueValidationError):
		customer("second", phone_key="551199")


def test_keys_differing_in_case_only_are_the_same(site: Any) -> None:
	customer("first", phone_key="abc")
	with pytest.raises(frappe.UniqueValidationError):
		customer("second", phone_key="ABC")


def test_empty_unique_values_do_not_clash(site: Any) -> None:
	customer("first", phone_key="")
	customer("second", phone_key="")
	assert frappe.db.count(CUSTOMER, {"phone_key": ["is", "not set"]}) == 2


def test_a_savepoint_keeps_the_rest_of_the_transaction(site: Any) -> None:
	contact("host-kept")
	with savepoint(catch=frappe.DuplicateEntryError):
		contact("host-undone")
		contact("host-kept")
	frappe.db.commit()
	assert frappe.get_all("Contact", filters={"name": ["like", "host-%"]}, pluck="name") == ["host-kept"]


def test_insert_ignore_tells_whether_it_inserted(site: Any) -> None:
	query = f"insert ignore into `tab{CUSTOMER}` (name, phone_key) values (%s, %s)"
	counts = []
	for name in ("one", "one", "two"):
		frappe.db.sql(query, (name, "same"))
		counts.append(frappe.db._cursor.rowcount)
	assert counts == [1, 0, 0]


PLACEHOLDERS = {
	"positions": ("select %s, %s", ("a", 1), (("a", 1),)),
	"names": ("select %(b)s, %(a)s, %(b)s", {"a": 1, "b": "x"}, (("x", 1, "x"),)),
	"one value": ("select %s", "a", (("a",),)),
	"list": ("select 1 from (select 2 as n) t where n in %s", ([1, 2],), ((1,),)),
	"percent sign": ("select 'a' like '%%a%%', %s", (1,), ((1, 1),)),
	"percent sign without values": ("select 'a' like '%a%'", None, ((1,),)),
}


@pytest.mark.parametrize(("query", "values", "rows"), PLACEHOLDERS.values(), ids=PLACEHOLDERS.keys())
def test_placeholders(site: Any, query: str, values: Any, rows: Any) -> None:
	given = (values,) if values is not None else ()
	assert frappe.db.sql(query, *given) == rows


def test_text_that_does_not_fit_is_refused(site: Any) -> None:
	with pytest.raises(frappe.db.DataError) as caught:
		frappe.db.sql(f"insert into `tab{CUSTOMER}` (name, phone_key) values ('long', %s)", ("x" * 300,))
	assert frappe.db.is_data_too_long(caught.value)


def test_what_waits_for_a_commit_runs_after_it_only(site: Any) -> None:
	seen: list[str] = []
	frappe.db.after_commit.add(lambda: seen.append("first"))
	frappe.db.rollback()
	frappe.db.after_commit.add(lambda: seen.append("second"))
	assert seen == []
	frappe.db.commit()
	frappe.db.commit()
	assert seen == ["second"]


def test_values_written_without_the_time_of_change(site: Any) -> None:
	before = customer("one").modified
	frappe.db.set_value(CUSTOMER, "one", "profile_name", "Ana", update_modified=False)
	after = frappe.db.get_value(CUSTOMER, "one", ["profile_name", "modified"])
	assert (after[0], frappe.utils.get_datetime(after[1])) == ("Ana", frappe.utils.get_datetime(before))


def test_a_locked_row_makes_others_wait(site: Any) -> None:
	customer("row", profile_name="before")
	frappe.db.commit()
	frappe.db.get_value(CUSTOMER, "row", "name", for_update=True)
	seen: list[str] = []
	started = threading.Event()

	def read_under_lock() -> None:
		site.connect()
		started.set()
		seen.append(frappe.db.get_value(CUSTOMER, "row", "profile_name", for_update=True))
		frappe.db.rollback()
		site.disconnect()

	thread = threading.Thread(target=read_under_lock)
	thread.start()
	assert started.wait(60)
	frappe.db.set_value(CUSTOMER, "row", "profile_name", "after")
	frappe.db.commit()
	thread.join(60)
	assert seen == ["after"]


def test_what_others_have_not_committed_is_not_seen(site: Any) -> None:
	customer("hidden")
	seen: list[Any] = []

	def look() -> None:
		site.connect()
		seen.append(frappe.db.exists(CUSTOMER, "hidden"))
		site.disconnect()

	thread = threading.Thread(target=look)
	thread.start()
	thread.join(60)
	assert seen == [None]
