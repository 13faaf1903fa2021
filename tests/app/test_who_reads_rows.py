"""Every way of Frappe's to read rows obeys the rules of what they belong to: child rows, link searches, link titles."""

import json
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import MESSAGE, TEAM, Desk, newest, text_message
from tests.app.test_media import photo, row_of
from tests.app.two_teams import COLLEAGUE, STRANGER, Teams, join, teams
from whatsapp_channel import hooks
from whatsapp_channel.api.search import search
from whatsapp_channel.doctypes import CHILDREN, MODULE, SEARCHED
from whatsapp_channel.documents import ChildRow
from whatsapp_channel.helpdesk import permissions
from whatsapp_channel.patches import files_without_an_agent, titles_without_numbers
from whatsapp_channel.rules.customers.masking import for_everybody

__all__ = ["teams"]

CONVERSATION, CUSTOMER, MEDIA = "WhatsApp Conversation", "WhatsApp Customer", "WhatsApp Message Media"
IDENTITY, SETTINGS = "WhatsApp Customer Identity", "WhatsApp Channel Settings"
NUMBER, MASKED = "+5511912345678", "+55 ••••• 5678"
SECRET = "only the team reads this"


def test_every_child_table_is_known(site: Any) -> None:
	ours = frappe.get_all("DocType", {"module": MODULE, "istable": 1}, pluck="name")
	assert sorted(ours) == sorted(CHILDREN)


def test_rows_of_a_parent_with_conditions_have_conditions(site: Any) -> None:
	"""Else Frappe lists them to everybody who reads some row of the parent."""
	conditions = hooks.permission_query_conditions
	for parent in (name for name in SEARCHED if name in conditions):
		for field in frappe.get_meta(parent).get_table_fields():
			assert field.options in conditions, (parent, field.options)


def test_every_doctype_is_searched_by_our_search(site: Any) -> None:
	ours = set(frappe.get_all("DocType", {"module": MODULE}, pluck="name"))
	assert set(hooks.standard_queries) == ours


@pytest.fixture
def marias_photo(teams: Teams) -> "frappe._dict":
	"""The row of a file in the team's ticket; its message says SECRET."""
	message = photo(teams.desk, caption=SECRET)
	assert str(frappe.db.get_value(MESSAGE, message, "ticket")) == teams.marias
	return row_of(message)


@pytest.mark.parametrize(("who", "sees"), [(STRANGER, False), (COLLEAGUE, True)])
@pytest.mark.parametrize("hidden", [0, 1])
def test_files_are_listed_to_who_reads_their_messages(
	marias_photo: "frappe._dict", who: str, sees: bool, hidden: int
) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", hidden)
	frappe.db.commit()
	frappe.set_user(who)
	listed = frappe.get_list(MEDIA, fields=["file_url"], parent_doctype=MESSAGE)
	frappe.set_user("Administrator")
	assert (marias_photo.file_url in [row.file_url for row in listed]) is (sees and not hidden)


@pytest.mark.parametrize("percent", ["100% WhatsApp", "%s WhatsApp", "%(x)s WhatsApp"])
def test_a_team_with_a_percent_sign(teams: Teams, percent: str) -> None:
	"""It is a part of conditions in SQL, which Frappe fills with arguments or does not."""
	channel = teams.desk.channel
	if not frappe.db.exists("HD Team", percent):
		frappe.get_doc({"doctype": "HD Team", "team_name": percent}).insert(ignore_mandatory=True)
	join(TEAM)
	join(percent, COLLEAGUE)
	try:
		conversation = newest(CONVERSATION, customer=frappe.db.get_value(CUSTOMER, {"wa_id": NUMBER[1:]}))
		frappe.db.set_value(CONVERSATION, conversation, "ticket", None)
		frappe.db.set_value("WhatsApp Channel", channel, "department", percent)
		frappe.db.commit()
		for who, sees in ((COLLEAGUE, True), (STRANGER, False)):
			frappe.set_user(who)
			names = frappe.get_list(CONVERSATION, pluck="name")
			document = frappe.get_doc(CONVERSATION, conversation)
			assert (conversation in names, document.has_permission("read")) == (sees, sees)
			assert bool(frappe.get_list(MESSAGE, {"conversation": conversation})) is sees
			frappe.set_user("Administrator")
	finally:
		frappe.set_user("Administrator")
		frappe.db.set_value("WhatsApp Channel", channel, "department", TEAM)
		join(percent)
		frappe.delete_doc("HD Team", percent, force=True)
		frappe.db.commit()


FIELDS = {MEDIA: ["file_url", "media_id"], MESSAGE: ["text"], CONVERSATION: ["name"]}


def listings(doctype: str) -> list[tuple[str, dict[str, Any]]]:
	"""Ways to a list of rows: method and arguments."""
	place = {"parent": MESSAGE, "parent_doctype": MESSAGE} if doctype == MEDIA else {}
	fields = json.dumps(["name", *FIELDS[doctype]])
	asked = {"doctype": doctype, "fields": fields, **place}
	exported = {**asked, "file_format_type": "CSV", "title": doctype}
	unconditional = {
		"doctype": doctype,
		"txt": "",
		"ignore_user_permissions": 1,
		"reference_doctype": MESSAGE,
	}
	ways = [
		("frappe.client.get_list", asked),
		("frappe.client.get_value", {**asked, "fieldname": fields, "filters": "{}"}),
		("frappe.desk.reportview.get", asked),
		("frappe.desk.reportview.get_list", asked),
		("frappe.desk.reportview.export_query", exported),
		("frappe.desk.search.search_widget", {**unconditional, "filter_fields": json.dumps(FIELDS[doctype])}),
	]
	for field in FIELDS[doctype]:
		ways.append(("frappe.desk.search.search_link", {**unconditional, "searchfield": field}))
		ways.append(("frappe.desk.search.search_widget", {**unconditional, "searchfield": field}))
	return ways


@pytest.mark.bench_only("the ways to a list are Frappe's own")
@pytest.mark.parametrize("doctype", FIELDS)
def test_another_teams_agent_lists_nothing(teams: Teams, marias_photo: "frappe._dict", doctype: str) -> None:
	conversation = frappe.db.get_value(MESSAGE, marias_photo.parent, "conversation")
	told = (SECRET, marias_photo.file_url, str(marias_photo.media_id), marias_photo.name, conversation)
	for method, arguments in listings(doctype):
		answer = teams.client("agent of another team").post(f"/api/method/{method}", data=arguments)
		assert not [text for text in told if text in answer.text], (method, arguments, answer.text)


@pytest.mark.bench_only("the ways to a list are Frappe's own")
@pytest.mark.parametrize("doctype", FIELDS)
def test_the_teams_agent_still_lists_them(teams: Teams, marias_photo: "frappe._dict", doctype: str) -> None:
	method, arguments = listings(doctype)[0]
	answer = teams.client("agent of the team").post(f"/api/method/{method}", data=arguments)
	assert answer.status_code == 200
	assert len(answer.json()["message"]) >= 1


@pytest.mark.bench_only("the ways to a document are Frappe's own")
@pytest.mark.parametrize("who", ["portal user", "agent of another team"])
def test_another_teams_file_is_no_document(teams: Teams, marias_photo: "frappe._dict", who: str) -> None:
	arguments = {"doctype": MEDIA, "name": marias_photo.name, "parent": MESSAGE}
	answer = teams.client(who).post("/api/method/frappe.client.get", data=arguments)
	assert answer.status_code in (403, 404)
	assert marias_photo.file_url not in answer.text


@pytest.mark.parametrize(("who", "sees"), [(STRANGER, False), (COLLEAGUE, True)])
def test_a_row_is_read_by_who_reads_its_parent(marias_photo: "frappe._dict", who: str, sees: bool) -> None:
	assert frappe.get_doc(MEDIA, marias_photo.name).has_permission("read", user=who) is sees
	frappe.set_user(who)
	row = frappe.get_doc(MEDIA, marias_photo.name)
	assert row.has_permission("read") is sees
	frappe.set_user("Administrator")
	assert row.has_permission("read")


@pytest.mark.parametrize("doctype", CHILDREN)
def test_every_row_of_a_child_table_asks_its_parent(site: Any, doctype: str) -> None:
	assert isinstance(frappe.new_doc(doctype), ChildRow)


@pytest.mark.parametrize(
	("doctype", "wanted", "found"),
	[
		(CUSTOMER, "Mari", ["Maria"]),
		(CUSTOMER, "5678", ["Maria"]),
		(CUSTOMER, "91234", []),
		(CUSTOMER, "", ["Maria", "Bob"]),
	],
)
def test_what_a_search_looks_through(teams: Teams, doctype: str, wanted: str, found: list[str]) -> None:
	assert sorted(row.label for row in search(doctype, wanted, as_dict=True)) == sorted(found)


@pytest.mark.parametrize(("who", "number"), [(STRANGER, 1), (COLLEAGUE, 1), ("Administrator", 2)])
def test_who_finds_what(teams: Teams, who: str, number: int) -> None:
	frappe.set_user(who)
	found = search(CONVERSATION, "", searchfield="customer", filters=json.dumps({"state": "Open"}))
	frappe.set_user("Administrator")
	assert (len(found), {len(row) for row in found}) == (number, {1})


def test_a_search_offers_no_channel_that_is_switched_off(desk: Desk) -> None:
	assert [row[0] for row in search("WhatsApp Channel", "")] == [desk.channel]
	frappe.get_doc("WhatsApp Channel", desk.channel).update({"enabled": 0}).save()
	assert search("WhatsApp Channel", "", filters=[]) == search("WhatsApp Channel", "", filters={}) == ()
	assert len(search("WhatsApp Channel", "", filters={"enabled": 0})) == 1


def test_a_search_of_others_rows_is_not_ours(site: Any) -> None:
	with pytest.raises(frappe.PermissionError):
		search("User", "")


@pytest.mark.bench_only("searching is Frappe's own")
def test_a_search_finds_what_the_user_reads(teams: Teams) -> None:
	search = "/api/method/frappe.desk.search.search_link"
	found = teams.client("agent of the team").post(search, data={"doctype": "WhatsApp Channel", "txt": ""})
	assert teams.desk.channel in [row["value"] for row in found.json()["message"]]
	admins = teams.desk.web.login("Administrator").post(search, data={"doctype": CUSTOMER, "txt": "Mari"})
	assert [row["label"] for row in admins.json()["message"]] == ["Maria"]


@pytest.mark.parametrize(
	("name", "user_id", "shown"),
	[
		("Maria", None, "Maria"),
		(NUMBER, None, MASKED),
		("55 (11) 91234-5678", None, MASKED),
		("Maria 5511912345678", None, "Maria •••••5678"),
		("BR.13491208655302741918", "BR.13491208655302741918", "BR.•••••1918"),
		("Agent 007", None, "Agent 007"),
		("2026", None, "2026"),
		("", None, ""),
	],
)
def test_a_name_for_everybody(name: str, user_id: str | None, shown: str) -> None:
	assert for_everybody(name, user_id) == shown


@pytest.mark.parametrize("name", [None, "", NUMBER])
def test_a_customers_title_holds_no_number(desk: Desk, name: str | None) -> None:
	desk.writes("Hello", wa_id=NUMBER[1:], name=name)
	row = frappe.db.get_value(CUSTOMER, newest(CUSTOMER), ["profile_name", "shown_name"], as_dict=True)
	assert (row.profile_name, row.shown_name) == (NUMBER, MASKED)
	assert frappe.get_meta(CUSTOMER).title_field == "shown_name"
	desk.post(desk.payload(text_message("again", wamid="wamid.2"), name="Maria"))
	desk.settle()
	assert frappe.db.get_value(CUSTOMER, newest(CUSTOMER), "shown_name") == "Maria"


def test_titles_of_before(desk: Desk) -> None:
	desk.writes("Hello", wa_id=NUMBER[1:], name=None)
	customer = newest(CUSTOMER)
	frappe.db.set_value(CUSTOMER, customer, "shown_name", None)
	for _time in range(2):
		titles_without_numbers.execute()
		assert frappe.db.get_value(CUSTOMER, customer, "shown_name") == MASKED


@pytest.mark.bench_only("titles of links are Frappe's own")
def test_no_link_tells_a_hidden_number(desk: Desk, agent: str) -> None:
	frappe.db.set_single_value(SETTINGS, "mask_numbers", 1)
	desk.writes("Hello", wa_id=NUMBER[1:], name=None)
	client, customer = desk.web.login(agent), newest(CUSTOMER)
	conversation = newest(CONVERSATION)
	ways = {
		"frappe.desk.search.get_link_title": {"doctype": CUSTOMER, "docname": customer},
		"frappe.desk.form.load.getdoc": {"doctype": CONVERSATION, "name": conversation},
		"frappe.desk.reportview.get": {
			"doctype": CONVERSATION,
			"fields": json.dumps(
				["name", "customer", "customer.phone as phone", "customer.profile_name as called"]
			),
		},
		"frappe.client.get_list": {
			"doctype": CONVERSATION,
			"fields": json.dumps(["name", "customer.phone"]),
		},
		"frappe.client.get_value": {"doctype": CUSTOMER, "fieldname": "profile_name", "filters": customer},
		"frappe.client.validate_link": {
			"doctype": CUSTOMER,
			"docname": customer,
			"fields": json.dumps(["profile_name", "phone"]),
		},
		"frappe.desk.search.search_link": {
			"doctype": CUSTOMER,
			"txt": "",
			"searchfield": "phone",
			"ignore_user_permissions": 1,
		},
	}
	for method, arguments in ways.items():
		answer = client.post(f"/api/method/{method}", data=arguments)
		assert NUMBER[1:] not in answer.text, method
	opened = client.post(
		"/api/method/frappe.desk.form.load.getdoc", data=ways["frappe.desk.form.load.getdoc"]
	)
	assert MASKED in opened.json()["_link_titles"].values()


def test_former_numbers_are_listed_to_who_reads_numbers(desk: Desk) -> None:
	"""Of a role that an administrator lets read customers, but not their numbers."""
	desk.writes("Hello")
	place = {"parent": newest(CUSTOMER), "parenttype": CUSTOMER, "parentfield": "former_identities"}
	former = {"doctype": IDENTITY, "kind": "Phone Number", "identity": "5511900000009", **place}
	frappe.get_doc(former).db_insert()
	listed = {}
	for role in ("Agent", "Agent Manager"):
		name = user(f"whatsapp-former-{role.lower().replace(' ', '-')}@example.com", role)
		condition = permissions.identity_conditions(name) or "1 = 1"
		listed[role] = frappe.db.sql(f"select identity from `tab{IDENTITY}` where {condition}", pluck=True)
	assert ("5511900000009" in listed["Agent"], "5511900000009" in listed["Agent Manager"]) == (False, True)


def test_who_fetches_a_file_again_does_not_own_it(desk: Desk, agent: str) -> None:
	desk.sandbox.faults.add("media_gone")
	message = photo(desk)
	answer = desk.web.login(agent).post(
		"/api/method/whatsapp_channel.api.media.fetch_again", json={"message": message}
	)
	assert answer.json()["message"]["fetched"]
	rows = frappe.get_all("File", {"file_url": row_of(message).file_url}, ["owner", "modified_by"])
	assert len(rows) == 2
	assert {(row.owner, row.modified_by) for row in rows} == {("Administrator", "Administrator")}


def test_files_of_before_that_agents_own(desk: Desk, agent: str) -> None:
	message = photo(desk)
	file = row_of(message).file
	frappe.db.set_value("File", file, "owner", agent)
	for _time in range(2):
		files_without_an_agent.execute()
		assert frappe.db.get_value("File", file, "owner") == "Administrator"
