"""Whose Contact and whose company: by the exact number, by Helpdesk's own rules, never by guessing."""

import frappe
import pytest

from tests.app.desk import Desk
from tests.app.people import CUSTOMER, arrive, changed_number, join, only, text
from whatsapp_channel.helpdesk import contacts

A, B = "16505551234", "12195555358"


def contact(name: str, *numbers: str, companies: tuple[str, ...] = ()) -> str:
	"""A Contact as an agent or an importer makes it."""
	phones = [{"phone": number} for number in numbers]
	document = frappe.get_doc({"doctype": "Contact", "first_name": name, "phone_nos": phones}).insert()
	for company in companies:
		join(document.name, company)
	frappe.db.commit()
	return document.name


WRITTEN = {
	"E.164": ("+16505551234", True),
	"digits alone": ("16505551234", True),
	"00 before the country": ("0016505551234", True),
	"as phone books write it": ("+1 650-555-1234", True),
	"Frappe's own field": ("+1-6505551234", True),
	"one digit more": ("+165055512345", False),
	"one digit less": ("+1650555123", False),
	"without country": ("6505551234", False),
	"another country that ends alike": ("+4416505551234", False),
}


@pytest.mark.parametrize(("number", "found"), WRITTEN.values(), ids=WRITTEN.keys())
def test_a_contact_is_found_by_its_exact_number(desk: Desk, number: str, found: bool) -> None:
	known = contact("Known", number)
	arrive(desk, text(A))
	assert (only().contact == known) is found
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "contact") == only().contact


def test_of_several_contacts_with_the_number_the_oldest_is_taken(desk: Desk) -> None:
	oldest = contact("Oldest", f"+{A}")
	contact("Newer", f"+{A}")
	arrive(desk, text(A))
	assert only().contact == oldest


def test_one_contact_may_write_from_two_numbers(desk: Desk) -> None:
	known = contact("Known", f"+{A}", f"+{B}")
	arrive(desk, text(A), text(B, 1))
	assert set(frappe.get_all(CUSTOMER, pluck="contact")) == {known}
	assert len(desk.tickets()) == 2


def test_without_a_contact_one_is_made_with_the_profile_name(desk: Desk) -> None:
	arrive(desk, text(A), name="Ana Souza")
	made = frappe.get_doc("Contact", only().contact)
	assert (made.first_name, [row.phone for row in made.phone_nos]) == ("Ana Souza", [f"+{A}"])
	assert (made.mobile_no, made.email_id or "") == (f"+{A}", "")


def test_one_known_by_user_id_alone_gets_a_contact_that_learns_the_number(desk: Desk) -> None:
	arrive(desk, text("US.1"))
	made = only().contact
	assert frappe.get_all("Contact Phone", {"parent": made}) == []
	arrive(desk, text(f"{A} US.1", 1))
	assert only().contact == made
	assert frappe.get_all("Contact Phone", {"parent": made}, pluck="phone") == [f"+{A}"]


def test_a_known_contact_does_not_lose_a_number_by_a_change(desk: Desk) -> None:
	known = contact("Known", f"+{A}", "+49 30 1234567")
	arrive(desk, text(A), changed_number(A, B, 10))
	assert set(frappe.get_all("Contact Phone", {"parent": known}, pluck="phone")) == {
		f"+{A}",
		"+49 30 1234567",
		f"+{B}",
	}


COMPANIES = {
	"one company": (("Acme",), "Acme"),
	"two companies: an agent decides": (("Acme", "Umbrella"), None),
	"none": ((), None),
}


@pytest.mark.parametrize(("companies", "expected"), COMPANIES.values(), ids=COMPANIES.keys())
def test_helpdesk_finds_the_company_by_its_own_rule(
	desk: Desk, companies: tuple[str, ...], expected: str | None
) -> None:
	contact("Known", f"+{A}", companies=companies)
	arrive(desk, text(A))
	assert (frappe.db.get_value("HD Ticket", desk.ticket(), "customer") or None) == expected


@pytest.mark.parametrize(("companies", "ours"), [((), True), (("Acme",), False)], ids=["none", "a company"])
def test_a_contact_of_a_company_is_not_ours_alone(desk: Desk, companies: tuple[str, ...], ours: bool) -> None:
	arrive(desk, text(A))
	made = only().contact
	for company in companies:
		join(made, company)
	assert contacts.is_ours_alone(made) is ours


def test_the_address_of_a_ticket_makes_nobody_a_company(desk: Desk) -> None:
	company = {"doctype": "HD Customer", "customer_name": "Stranger", "domain": "whatsapp.invalid"}
	if not frappe.db.exists("HD Customer", "Stranger"):
		frappe.get_doc(company).insert()
	frappe.db.commit()
	arrive(desk, text(A))
	assert not frappe.db.get_value("HD Ticket", desk.ticket(), "customer")
	assert not frappe.get_all("Dynamic Link", {"parent": only().contact, "parenttype": "Contact"})
