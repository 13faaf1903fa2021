"""What the web answers before, after and instead of the app's own code."""

import json
from typing import Any

import frappe
import pytest

from tests.host.conftest import user

METHOD = "/api/method/"
JSON = {"Content-Type": "application/json"}
TICKET_STATE = METHOD + "whatsapp_channel.api.ticket.state"
WEBHOOK = METHOD + "whatsapp_channel.api.webhook.receive"

ANSWERS: dict[str, tuple[str, str, dict[str, Any], int, str | None]] = {
	# condition: (verb, path, request, status, exc_type)
	"ping": ("GET", METHOD + "ping", {}, 200, None),
	"no such function": ("GET", METHOD + "whatsapp_channel.nothing.here", {}, 417, "ValidationError"),
	"function not for the web": (
		"GET",
		METHOD + "whatsapp_channel.clock.utc_now",
		{},
		403,
		"PermissionError",
	),
	"function not for guests": ("GET", TICKET_STATE, {"params": {"ticket": "1"}}, 403, "PermissionError"),
	"another verb": ("PUT", WEBHOOK, {}, 403, "PermissionError"),
	"broken JSON": ("POST", WEBHOOK, {"content": b"{", "headers": JSON}, 500, "JSONDecodeError"),
	"JSON number": ("POST", WEBHOOK, {"content": b"1", "headers": JSON}, 417, "ValidationError"),
	"JSON text": ("POST", WEBHOOK, {"content": b'"x"', "headers": JSON}, 417, "ValidationError"),
	"JSON list reaches the app": ("POST", WEBHOOK, {"content": b"[]", "headers": JSON}, 401, None),
	"wrong password": (
		"POST",
		METHOD + "login",
		{"data": {"usr": "a", "pwd": "b"}},
		401,
		"AuthenticationError",
	),
	"no such file": ("GET", "/private/files/none.txt", {}, 403, None),
	"no such path": ("GET", "/api/nothing", {}, 404, None),
}


@pytest.mark.parametrize(("verb", "path", "options", "status", "kind"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers(
	site: Any, web: Any, verb: str, path: str, options: Any, status: int, kind: str | None
) -> None:
	answer = web.client.request(verb, path, **options)
	assert answer.status_code == status
	if kind:
		assert answer.json()["exc_type"] == kind


def run(client: Any, ticket: str, method: str, verb: str = "POST", **args: Any) -> Any:
	"""Call a method of a ticket."""
	values = {"dt": "HD Ticket", "dn": ticket, "method": method, "args": json.dumps(args)}
	options = {"params": values} if verb == "GET" else {"data": values}
	return client.request(verb, METHOD + "run_doc_method", **options)


def test_what_is_thrown_reaches_the_user(ticket: Any, web: Any) -> None:
	client = web.login("Administrator")
	answer = run(
		client, ticket.name, "reply_via_agent", message="Hi", to="customer@example.com", from_email={}
	)
	messages = [json.loads(each)["message"] for each in json.loads(answer.json()["_server_messages"])]
	assert answer.status_code == 417
	assert any("email" in each.lower() for each in messages)


@pytest.mark.parametrize(("verb", "stored"), [("POST", 1), ("GET", 0)], ids=["POST is kept", "GET is undone"])
def test_what_a_verb_keeps(ticket: Any, web: Any, verb: str, stored: int) -> None:
	answer = run(web.login("Administrator"), ticket.name, "new_comment", verb, content="Seen", attachments=[])
	assert answer.status_code == 200
	frappe.db.rollback()
	assert frappe.db.count("HD Ticket Comment", {"reference_ticket": ticket.name}) == stored


def test_an_exception_undoes_the_request(site: Any, web: Any) -> None:
	mail = frappe.get_doc({"doctype": "HD Ticket", "subject": "Mail", "raised_by": "c@example.com"}).insert()
	frappe.db.commit()
	answer = run(web.login("Administrator"), mail.name, "reply_via_agent", message="Hi", to="c@example.com")
	assert answer.status_code == 417
	frappe.db.rollback()
	assert frappe.db.count("Communication", {"reference_name": mail.name}) == 0


REFUSED_METHODS = {
	"the same number written otherwise": (
		lambda ticket: int(ticket) if ticket.startswith("0") else f"0{ticket}",
		"get_last_communication",
		404,
		"DoesNotExistError",
	),
	"no such ticket": (lambda ticket: "none", "get_last_communication", 404, "DoesNotExistError"),
	"method not for the web": (lambda ticket: ticket, "on_trash", 403, "PermissionError"),
}


@pytest.mark.helpdesk_since("1.25")
@pytest.mark.parametrize(
	("name", "method", "status", "kind"), REFUSED_METHODS.values(), ids=REFUSED_METHODS.keys()
)
def test_methods_of_documents(ticket: Any, web: Any, name: Any, method: str, status: int, kind: str) -> None:
	values = {"dt": "HD Ticket", "dn": name(ticket.name), "method": method}
	answer = web.login("Administrator").post(METHOD + "run_doc_method", json=values)
	assert (answer.status_code, answer.json()["exc_type"]) == (status, kind)


def test_methods_of_documents_need_the_right_to_read(ticket: Any, web: Any) -> None:
	answer = run(web.login(user("host-stranger@example.com")), ticket.name, "get_last_communication")
	assert (answer.status_code, answer.json()["exc_type"]) == (403, "PermissionError")


def test_an_argument_of_another_type_is_refused(ticket: Any, web: Any) -> None:
	answer = run(web.login("Administrator"), ticket.name, "new_comment", content="Hi", attachments=5)
	assert (answer.status_code, answer.json()["exc_type"]) == (417, "FrappeTypeError")


def test_a_private_file_is_for_readers_of_its_document(ticket: Any, web: Any) -> None:
	values = {"file_name": "host.txt", "content": b"inside", "is_private": 1}
	place = {"attached_to_doctype": "HD Ticket", "attached_to_name": ticket.name}
	file = frappe.get_doc({"doctype": "File", **values, **place}).insert()
	frappe.db.commit()
	agent = web.login(user("host-agent@example.com", "Agent"))
	stranger = web.login(user("host-stranger@example.com"))
	assert agent.get(file.file_url).text == "inside"
	assert [each.get(file.file_url).status_code for each in (stranger, web)] == [403, 403]


TEAM = {"doctype": "HD Team", "team_name": "Host Web"}
CLIENT: dict[str, tuple[str, dict[str, Any], Any]] = {
	# condition: (function, arguments, what the answer's message holds)
	"get": ("get", {"doctype": "HD Team", "name": "Host Web"}, {"team_name": "Host Web"}),
	"value": (
		"get_value",
		{"doctype": "HD Team", "fieldname": "team_name", "filters": "Host Web"},
		{"team_name": "Host Web"},
	),
	"values by filter": (
		"get_value",
		{"doctype": "HD Team", "fieldname": '["name"]', "filters": '{"team_name": "Host Web"}'},
		{"name": "Host Web"},
	),
	"list": ("get_list", {"doctype": "HD Team", "filters": '{"name": "Host Web"}'}, [{"name": "Host Web"}]),
	"set": (
		"set_value",
		{"doctype": "HD Team", "name": "Host Web", "fieldname": "ignore_restrictions", "value": 1},
		{"ignore_restrictions": 1},
	),
	"insert": (
		"insert",
		{"doc": json.dumps({"doctype": "HD Ticket Type", "name": "Host"})},
		{"name": "Host"},
	),
}


@pytest.mark.parametrize(("function", "values", "holds"), CLIENT.values(), ids=CLIENT.keys())
def test_client_functions(site: Any, web: Any, function: str, values: dict[str, Any], holds: Any) -> None:
	frappe.delete_doc_if_exists("HD Ticket Type", "Host")
	if not frappe.db.exists("HD Team", "Host Web"):
		frappe.get_doc(TEAM).insert()
	frappe.db.commit()
	answer = web.login("Administrator").post(f"{METHOD}frappe.client.{function}", data=values)
	message = answer.json()["message"]
	assert message == holds if isinstance(holds, list) else holds.items() <= message.items()


@pytest.mark.parametrize("function", ["get", "get_list"])
def test_client_functions_need_rights(ticket: Any, web: Any, function: str) -> None:
	stranger = web.login(user("host-stranger@example.com"))
	values = {"doctype": "Email Queue", "name": "x", "filters": "{}"}
	answer = stranger.get(f"{METHOD}frappe.client.{function}", params=values)
	assert answer.status_code in (403, 404)


def test_a_session_ends(site: Any, web: Any) -> None:
	client = web.login("Administrator")
	asked = METHOD + "frappe.auth.get_logged_user"
	assert client.get(asked).json()["message"] == "Administrator"
	client.post(METHOD + "logout")
	assert client.get(asked).status_code == 403
