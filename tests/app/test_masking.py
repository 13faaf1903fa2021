"""Numbers and contents reach those who may see them, and neither agents' REST calls nor logs."""

import json
from pathlib import Path
from typing import Any

import frappe
import httpx
import pytest

from tests.app.conftest import user
from tests.app.desk import MESSAGE, Desk, newest, text_message
from whatsapp_channel import logs
from whatsapp_channel.helpdesk import permissions
from whatsapp_channel.rules.customers.masking import gives_away

NUMBER = "5511912345678"
CUSTOMER = "WhatsApp Customer"
SETTINGS = "WhatsApp Channel Settings"
SECRET_TEXT = "nobody-may-log-this"
TOKEN = "EAAGm0PX4ZCpsBAlocalvariable1234"

# DocType: fields that no agent may read by any way.
HIDDEN = {
	MESSAGE: ["wamid", "quoted_wamid", "payload"],
	CUSTOMER: ["phone", "wa_id", "bsuid", "phone_key", "bsuid_key"],
}


@pytest.fixture
def as_agent(desk: Desk, agent: str) -> httpx.Client:
	"""The REST session of an agent, after a customer has written."""
	desk.writes("Hello")
	return desk.web.login(agent)


def wa_ids(desk: Desk) -> list[str]:
	row = frappe.db.get_value(MESSAGE, newest(MESSAGE), ["wamid", "payload"], as_dict=True)
	return [row.wamid, NUMBER, json.loads(row.payload)["id"]]


@pytest.mark.bench_only("permission levels are Frappe's own")
@pytest.mark.parametrize("doctype", HIDDEN)
def test_a_list_with_these_fields_named_gives_none_of_them(
	desk: Desk, as_agent: httpx.Client, doctype: str
) -> None:
	fields = json.dumps(["name", *HIDDEN[doctype]])
	for method in ("frappe.client.get_list", "frappe.desk.reportview.get", "frappe.desk.reportview.get_list"):
		answer = as_agent.post(f"/api/method/{method}", data={"doctype": doctype, "fields": fields})
		assert answer.status_code in (200, 403, 417)
		assert not [secret for secret in wa_ids(desk) if secret in answer.text]


@pytest.mark.bench_only("permission levels are Frappe's own")
@pytest.mark.parametrize("doctype", HIDDEN)
@pytest.mark.parametrize(
	"way", ["frappe.client.get", "frappe.client.get_value", "frappe.desk.form.load.getdoc", "resource"]
)
def test_a_document_comes_without_them(desk: Desk, as_agent: httpx.Client, doctype: str, way: str) -> None:
	name = newest(doctype)
	if way == "resource":
		answer = as_agent.get(f"/api/resource/{doctype}/{name}")
	else:
		data = {
			"doctype": doctype,
			"name": name,
			"fieldname": json.dumps(HIDDEN[doctype]),
			"filters": json.dumps({"name": name}),
		}
		answer = as_agent.post(f"/api/method/{way}", data=data)
	assert not [secret for secret in wa_ids(desk) if secret in answer.text]


@pytest.mark.bench_only("permission levels are Frappe's own")
@pytest.mark.parametrize("doctype", HIDDEN)
def test_an_export_and_a_link_search_give_none_of_them(
	desk: Desk, as_agent: httpx.Client, doctype: str
) -> None:
	fields = json.dumps([f"`tab{doctype}`.`{field}`" for field in ["name", *HIDDEN[doctype]]])
	data = {"doctype": doctype, "fields": fields, "file_format_type": "CSV", "title": doctype}
	exported = as_agent.post("/api/method/frappe.desk.reportview.export_query", data=data)
	searched = as_agent.post(
		"/api/method/frappe.desk.search.search_link", data={"doctype": doctype, "txt": ""}
	)
	for answer in (exported, searched):
		assert not [secret for secret in wa_ids(desk) if secret in answer.text]


@pytest.mark.bench_only("permission levels are Frappe's own")
def test_an_agents_list_of_messages_still_works(as_agent: httpx.Client) -> None:
	fields = json.dumps(["name", "direction", "text", "status"])
	answer = as_agent.post(
		"/api/method/frappe.desk.reportview.get", data={"doctype": MESSAGE, "fields": fields}
	)
	assert answer.status_code == 200
	assert "Hello" in answer.text


@pytest.mark.parametrize(
	("role", "hidden", "sees"),
	[
		("Agent", 0, True),
		("Agent", 1, False),
		("Agent Manager", 1, True),
		("System Manager", 1, True),
	],
)
def test_who_may_see_numbers(desk: Desk, role: str, hidden: int, sees: bool) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", hidden)
	name = user(f"whatsapp-sees-{role.lower().replace(' ', '-')}@example.com", role)
	assert permissions.may_see_numbers(name) is sees
	assert permissions.shown_number("+5511912345678", name) == (
		"+5511912345678" if sees else "+55 ••••• 5678"
	)


@pytest.mark.parametrize(
	("name", "bsuid", "hidden", "shown"),
	[
		("Maria", None, 1, "Maria"),
		("+5511912345678", None, 0, "+5511912345678"),
		("+5511912345678", None, 1, "+55 ••••• 5678"),
		("BR.13491208655302741918", "BR.13491208655302741918", 1, "BR.•••••1918"),
		("Dr.Maria2000", "BR.13491208655302741918", 1, "Dr.Maria2000"),
		("+1 for you", None, 1, "+1 for you"),
		(None, None, 1, ""),
	],
	ids=["a name", "number, shown", "number", "user id", "like a user id", "like a number", "nothing"],
)
def test_what_a_customer_is_called(
	site: Any, name: str | None, bsuid: str | None, hidden: int, shown: str
) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", hidden)
	assert permissions.display_name(frappe._dict(profile_name=name, bsuid=bsuid)) == shown


@pytest.mark.parametrize(("role", "sees"), [("Agent", False), ("Agent Manager", True)])
def test_what_a_customer_is_called_on_a_users_own_page(site: Any, role: str, sees: bool) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", 1)
	name = user(f"whatsapp-sees-{role.lower().replace(' ', '-')}@example.com", role)
	customer = frappe._dict(profile_name="+5511912345678", bsuid=None)
	assert permissions.display_name(customer, name) == ("+5511912345678" if sees else "+55 ••••• 5678")


@pytest.mark.parametrize("hidden", [0, 1], ids=["shown", "hidden"])
def test_a_new_contact_has_the_number_unless_it_is_hidden(desk: Desk, hidden: int) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", hidden)
	desk.writes("Hello", wa_id="5511912345678", name="Ana")
	contact = frappe.get_doc("Contact", frappe.db.get_value("HD Ticket", desk.ticket(), "contact"))
	assert contact.first_name == "Ana"
	assert [row.phone for row in contact.phone_nos] == ([] if hidden else ["+5511912345678"])


@pytest.mark.parametrize(
	("text", "telling"),
	[
		("07344", False),
		("073-44", False),
		("1-2-3-4-5", False),
		("US.1", False),
		("4912345", True),
		("+49 12345", True),
		("0c734d4cdb@whatsapp.invalid", True),
	],
)
def test_what_gives_a_person_away(text: str, telling: bool) -> None:
	assert gives_away(text) is telling


def log_files() -> str:
	return "".join(
		path.read_text(errors="replace")
		for path in Path(frappe.get_site_path("logs")).glob("whatsapp_channel.log*")
	)


def fail_with_secrets(number: str, text: str, token: str) -> None:
	"""An error in whose frame the message, the number and the token are."""
	raise ValueError(f"could not file a message of {number}")


def test_reports_and_logs_hold_neither_locals_nor_numbers(site: Any) -> None:
	try:
		fail_with_secrets(NUMBER, SECRET_TEXT, TOKEN)
	except ValueError:
		logs.report(f"WhatsApp: {NUMBER} could not be filed")
		logs.logger().error("Could not file %s", NUMBER, exc_info=True)
	row = frappe.get_all("Error Log", {"method": ["like", "WhatsApp:%"]}, ["method", "error"])[0]
	written = f"{row.method}{row.error}{log_files()[-2000:]}"
	assert "fail_with_secrets" in row.error
	assert "Could not file •••••5678" in written
	assert not [secret for secret in (NUMBER, SECRET_TEXT, TOKEN) if secret in written]


def test_an_item_that_fails_leaves_nothing_personal_in_logs(
	desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
	from whatsapp_channel.conversations import session

	def fails(**_more: Any) -> None:
		token = TOKEN
		raise RuntimeError(f"broken near {token[:3]}")

	monkeypatch.setattr(session, "record", fails)
	desk.post(desk.payload(text_message(SECRET_TEXT), name="Lydia Logged"))
	desk.settle()
	errors = "".join(frappe.get_all("Error Log", {"method": ["like", "WhatsApp%"]}, pluck="error"))
	assert "RuntimeError" in errors
	written = errors + log_files()
	assert not [word for word in (SECRET_TEXT, NUMBER, TOKEN, "Lydia Logged") if word in written]
