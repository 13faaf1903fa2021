"""What the app relies on when it saves documents."""

from typing import Any

import frappe
import pytest

from tests.host.conftest import communicate, new_ticket

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
	"subject of 141 characters": ({"subject": "x" * 141}, "CharacterLengthExceededError"),
	"no subject": ({"subject": None}, "MandatoryError"),
	"subject of tags only": ({"subject": "<b></b>"}, "MandatoryError"),
	"phone number as address": ({"raised_by": "+5511999990000"}, "InvalidEmailAddressError"),
	"unknown team": ({"agent_group": "No such team"}, "LinkValidationError"),
}


@pytest.mark.parametrize(("values", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_document_refuses(site: Any, values: dict[str, Any], error: str) -> None:
	with pytest.raises(Exception) as caught:
		new_ticket(**values)
	assert type(caught.value).__name__ == error


def test_a_medium_that_frappe_does_not_know_is_refused(ticket: Any) -> None:
	with pytest.raises(frappe.ValidationError, match="cannot be"):
		communicate(ticket.name, communication_medium="WhatsApp")


@pytest.mark.helpdesk_since("1.25")
def test_names_are_text_with_leading_zeros(ticket: Any) -> None:
	assert isinstance(ticket.name, str)
	assert len(ticket.name) >= 4
	assert frappe.db.exists("HD Ticket", ticket.name) == ticket.name


def test_a_name_from_outside_is_ignored(site: Any) -> None:
	assert new_ticket(name="chosen").name != "chosen"


def test_saving_a_stale_document_is_refused(ticket: Any) -> None:
	stale = frappe.get_doc("HD Ticket", ticket.name)
	fresh = frappe.get_doc("HD Ticket", ticket.name)
	fresh.priority = "High"
	fresh.save()
	with pytest.raises(frappe.TimestampMismatchError):
		stale.save()


def test_a_linked_document_is_not_deleted(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Linked"}).insert()
	new_ticket(contact=contact.name)
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("Contact", contact.name)


def test_an_unknown_document_is_not_there(site: Any) -> None:
	with pytest.raises(frappe.DoesNotExistError):
		frappe.get_doc("HD Ticket", "no-such-ticket")


CONTENT = {
	"tags that do no harm": ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
	"a handler": ("<p onclick='x()'>Hi</p>", "<p>Hi</p>"),
	"text that parses as JSON is left alone": ('"<img src=x onerror=x()>"', '"<img src=x onerror=x()>"'),
	"a comparison": ("1 < 2", "1 < 2"),
	"escaped text": ("&lt;script&gt;", "&lt;script&gt;"),
}


@pytest.mark.parametrize(("given", "stored"), CONTENT.values(), ids=CONTENT.keys())
def test_content_is_sanitised_but_for_what_parses_as_json(ticket: Any, given: str, stored: str) -> None:
	document = communicate(ticket.name, content=given)
	assert frappe.db.get_value("Communication", document.name, "content") == stored


def test_a_script_is_escaped(ticket: Any) -> None:
	document = communicate(ticket.name, content="<div><script>x()</script></div>")
	assert "<script" not in frappe.db.get_value("Communication", document.name, "content")


EVENTS = (
	"before_insert",
	"before_validate",
	"validate",
	"before_save",
	"after_insert",
	"on_update",
	"on_change",
)


def test_order_of_events(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
	from frappe.model.document import Document

	seen: list[str] = []
	original = Document.run_method

	def record(self: Any, method: str, *args: Any, **kwargs: Any) -> Any:
		if self.doctype == "WhatsApp Customer" and method in EVENTS:
			seen.append(method)
		return original(self, method, *args, **kwargs)

	monkeypatch.setattr(Document, "run_method", record)
	document = frappe.get_doc({"doctype": "WhatsApp Customer", "profile_name": "Ana"})
	document.insert(ignore_mandatory=True, ignore_links=True)
	assert seen == list(EVENTS)
	seen.clear()
	document.save()
	assert seen == ["before_validate", "validate", "before_save", "on_update", "on_change"]


def test_a_password_is_kept_apart(site: Any) -> None:
	account = frappe.get_doc(
		{
			"doctype": "WhatsApp Business Account",
			"account_name": "Host",
			"waba_id": "1001",
			"access_token": "secret",
		}
	).insert()
	assert frappe.db.get_value(account.doctype, account.name, "access_token") == "******"
	assert frappe.get_doc(account.doctype, account.name).get_password("access_token") == "secret"
	frappe.get_doc(account.doctype, account.name).save()
	assert frappe.get_doc(account.doctype, account.name).get_password("access_token") == "secret"


def test_child_rows_are_kept_in_order_and_replaced(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Rows"})
	for number in ("+551", "+552", "+553"):
		contact.append("phone_nos", {"phone": number})
	contact.insert()
	contact.remove(contact.phone_nos[1])
	contact.append("phone_nos", {"phone": "+554"})
	contact.save()
	rows = frappe.get_doc("Contact", contact.name).phone_nos
	assert [(row.idx, row.phone) for row in rows] == [(1, "+551"), (2, "+553"), (3, "+554")]


def test_a_second_contact_of_the_same_name_gets_a_number(site: Any) -> None:
	names = [frappe.get_doc({"doctype": "Contact", "first_name": "Twin"}).insert().name for _ in range(3)]
	assert names == ["Twin", "Twin-1", "Twin-2"]


def test_renaming_takes_links_and_rows_along(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Before"})
	contact.append("phone_nos", {"phone": "+551"})
	contact.insert()
	ticket = new_ticket(contact=contact.name)
	frappe.rename_doc("Contact", "Before", "After", force=True)
	assert [row.phone for row in frappe.get_doc("Contact", "After").phone_nos] == ["+551"]
	assert frappe.db.get_value("HD Ticket", ticket.name, "contact") == "After"


def test_a_comment_is_a_row_of_its_document(site: Any) -> None:
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Commented"}).insert()
	contact.add_comment("Comment", "Seen")
	place = {"reference_doctype": "Contact", "reference_name": contact.name, "comment_type": "Comment"}
	assert frappe.get_all("Comment", filters=place, pluck="content") == ["Seen"]
	contact.delete()
	assert not frappe.db.exists("Contact", contact.name)


def test_values_of_settings_have_their_types(site: Any) -> None:
	frappe.db.set_single_value("HD Settings", "auto_close_after_days", 14)
	assert frappe.db.get_single_value("HD Settings", "auto_close_after_days") == 14
	assert frappe.db.get_value("HD Settings", None, "auto_close_after_days") == "14"
	assert frappe.get_single("HD Settings").auto_close_after_days == 14
	assert frappe.get_cached_value("HD Settings", "HD Settings", ["auto_close_after_days"]) == [14]


def test_equal_files_are_kept_once(site: Any) -> None:
	content = frappe.generate_hash(length=20)
	values = {"doctype": "File", "is_private": 1, "content": content}
	files = [frappe.get_doc({**values, "file_name": f"{name}-{content}.txt"}).insert() for name in "ab"]
	assert files[0].file_url == files[1].file_url
	assert frappe.get_doc("File", files[1].name).get_content() == content
	files[0].delete()
	frappe.db.commit()
	assert frappe.get_doc("File", files[1].name).get_content() == content


CACHED = {
	"by key": (
		lambda cache: cache.set_value("whatsapp_channel:x", {"a": 1}),
		lambda c: c.get_value("whatsapp_channel:x"),
	),
	"by user": (
		lambda cache: cache.set_value("whatsapp_channel:x", {"a": 1}, user="u"),
		lambda cache: cache.get_value("whatsapp_channel:x", user="u"),
	),
	"by name and key": (
		lambda cache: cache.hset("whatsapp_channel:h", "k", {"a": 1}),
		lambda cache: cache.hget("whatsapp_channel:h", "k"),
	),
	"made when missing": (lambda c: None, lambda c: c.get_value("whatsapp_channel:y", lambda: {"a": 1})),
}


@pytest.mark.parametrize(("put", "get"), CACHED.values(), ids=CACHED.keys())
def test_the_cache_keeps_values(site: Any, put: Any, get: Any) -> None:
	put(frappe.cache)
	assert get(frappe.cache) == {"a": 1}
	frappe.cache.delete_value("whatsapp_channel:x")
	frappe.cache.hdel("whatsapp_channel:h", "k")
	assert frappe.cache.get_value("whatsapp_channel:x") is None
	assert frappe.cache.hget("whatsapp_channel:h", "k") is None


UTILS: dict[str, tuple[Any, Any]] = {
	"escape": (lambda u: u.escape_html("<a b='c'>"), "&lt;a b=&apos;c&apos;&gt;"),
	"strip": (lambda u: u.strip_html("<p>a <b>b</b></p>"), "a b"),
	"emails": (lambda u: u.split_emails('"A, B" <a@b.c>, d@e.f\n'), ['"A, B" <a@b.c>', "d@e.f"]),
	"integer of text": (lambda u: [u.cint("7"), u.cint("7.9"), u.cint("x"), u.cint(None)], [7, 7, 0, 0]),
	"float of text": (lambda u: [u.flt("1,234.5"), u.flt("x"), u.flt(1.256, 2)], [1234.5, 0.0, 1.26]),
	"boolean of text": (lambda u: [u.sbool("true"), u.sbool("0"), u.sbool("x")], [True, False, "x"]),
	"day of text": (lambda u: str(u.add_to_date("2026-01-31", months=1)), "2026-02-28"),
	"time of text": (
		lambda u: str(u.add_to_date("2026-01-01 10:00:00", hours=1)),
		"2026-01-01 11:00:00.000000",
	),
	"seconds": (lambda u: u.time_diff_in_seconds("2026-01-01 10:00:01", "2026-01-01 10:00:00"), 1.0),
	"address": (lambda u: u.parse_addr("Ana <ana@example.com>"), ("Ana", "ana@example.com")),
	"list in words": (lambda u: u.comma_and(["a", "b", "c"]), "'a', 'b' and 'c'"),
	"address without a dot": (lambda u: u.validate_email_address("a@b"), ""),
	"synthetic address": (
		lambda u: u.validate_email_address("551199@whatsapp.invalid"),
		"551199@whatsapp.invalid",
	),
	"form": (lambda u: u.get_url_to_form("HD Ticket", "0001").partition("/app/")[2], "hd-ticket/0001"),
}


@pytest.mark.parametrize(("work", "result"), UTILS.values(), ids=UTILS.keys())
def test_utils(site: Any, work: Any, result: Any) -> None:
	assert work(frappe.utils) == result
