"""What the client guarantees beyond single requests: limits, reuse, outcomes, refusals before sending."""

from collections.abc import Callable

import httpx
import pytest

from whatsapp_channel.cloud_api.answers import BusinessAccount, PhoneNumber, SentMessage, SubscribedApp
from whatsapp_channel.cloud_api.client import CloudAPI, Recipient
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, OutcomeUnknown
from whatsapp_channel.cloud_api.outgoing import text

from .fakes import SENT, TOKEN, Handler, answering, api, body_of, send

# Sending


@pytest.mark.parametrize(
	("recipient", "fields"),
	[
		(Recipient("16505551234"), {"to": "+16505551234"}),
		(Recipient("+16505551234", None), {"to": "+16505551234"}),
		(Recipient("16505551234", "US.1"), {"to": "+16505551234"}),
		(Recipient(None, "US.1"), {"recipient": "US.1"}),
		(Recipient("", "US.1"), {"recipient": "US.1"}),
	],
	ids=["number", "number with plus", "both", "user id", "empty number"],
)
def test_recipient_of_a_request(recipient: Recipient, fields: dict[str, str]):
	handler, seen = answering(SENT)
	api(handler).send("106", recipient, text("Hi"), reference="r")
	body = body_of(seen[0])
	assert {name: body[name] for name in ("to", "recipient") if name in body} == fields


@pytest.mark.parametrize(
	("wa_id", "user_id"),
	[(None, None), ("", ""), ("abc", None), ("+", None), ("1650 555", None), ("１２３", None), ("1\n", None)],
	ids=["none", "empty", "letters", "plus", "space", "full-width digits", "line break"],
)
def test_impossible_recipient(wa_id: str | None, user_id: str | None):
	with pytest.raises(ValueError):
		Recipient(wa_id, user_id)


def test_whole_request_of_a_text():
	handler, seen = answering(SENT)
	sent = send(api(handler, version="v26.0"), text("Hi", preview_url=True), quoted="wamid.0")
	assert seen[0].url == "https://graph.facebook.com/v26.0/106/messages"
	assert body_of(seen[0]) == {
		"messaging_product": "whatsapp",
		"recipient_type": "individual",
		"to": "+16505551234",
		"type": "text",
		"text": {"body": "Hi", "preview_url": True},
		"context": {"message_id": "wamid.0"},
		"biz_opaque_callback_data": "r",
	}
	assert sent == SentMessage(wamid="wamid.1", wa_id="16505551234", user_id=None, held=False)


@pytest.mark.parametrize(
	("answer", "expected"),
	[
		(
			{"messages": [{"id": "w"}], "contacts": [{"input": "US.1", "user_id": "US.1"}]},
			SentMessage(wamid="w", user_id="US.1"),
		),
		({"messages": [{"id": "w", "message_status": "accepted"}]}, SentMessage(wamid="w")),
		(
			{"messages": [{"id": "w", "message_status": "held_for_quality_assessment"}]},
			SentMessage(wamid="w", held=True),
		),
		({"messages": [{"id": "w", "message_status": "paused"}]}, SentMessage(wamid="w", held=True)),
		({"messages": [{"id": "w"}], "contacts": "none"}, SentMessage(wamid="w")),
		({"messages": [{"id": "w"}], "contacts": [None], "news": {"x": [1]}}, SentMessage(wamid="w")),
	],
	ids=["user id", "accepted", "held", "paused", "odd contacts", "empty contact and unknown key"],
)
def test_answer_to_a_sent_message(answer: dict, expected: SentMessage):
	assert send(api(answering(answer)[0])) == expected


@pytest.mark.parametrize(
	"answer",
	[
		{},
		{"messages": []},
		{"messages": {}},
		{"messages": [{}]},
		{"messages": [{"id": ["w"]}]},
		{"messages": [None]},
	],
	ids=["empty", "no message", "object", "no id", "odd id", "null"],
)
def test_answer_without_a_message_id_leaves_the_outcome_unknown(answer: dict):
	with pytest.raises(OutcomeUnknown):
		send(api(answering(answer)[0]))


def test_text_that_no_encoding_carries_is_sent_with_replacements():
	handler, seen = answering(SENT)
	api(handler).send("106", Recipient("1"), text("a\ud83d\x00b\U0001f44b"), reference="r")
	assert body_of(seen[0])["text"]["body"] == "a\ufffd\ufffdb\U0001f44b"


def test_reference_longer_than_meta_keeps_is_refused_before_sending():
	handler, seen = answering(SENT)
	send(api(handler), reference="r" * 512)
	with pytest.raises(ValueError, match="513 characters"):
		send(api(handler), reference="r" * 513)
	assert len(seen) == 1


# Outcomes


NOT_SENT = [
	httpx.ConnectError,
	httpx.ConnectTimeout,
	httpx.PoolTimeout,
	httpx.ProxyError,
	httpx.UnsupportedProtocol,
]
MAYBE_SENT = [
	httpx.ReadTimeout,
	httpx.WriteTimeout,
	httpx.ReadError,
	httpx.WriteError,
	httpx.CloseError,
	httpx.RemoteProtocolError,
	httpx.LocalProtocolError,
	httpx.DecodingError,
	httpx.TooManyRedirects,
]


def failing(kind: type[httpx.HTTPError]) -> CloudAPI:
	def handle(request: httpx.Request) -> httpx.Response:
		raise kind("failed")

	return api(handle)


@pytest.mark.parametrize("kind", NOT_SENT, ids=lambda kind: kind.__name__)
def test_failure_before_writing_is_not_sent(kind: type[httpx.HTTPError]):
	with pytest.raises(NotSent) as caught:
		send(failing(kind))
	assert kind.__name__ in str(caught.value)


@pytest.mark.parametrize("kind", MAYBE_SENT, ids=lambda kind: kind.__name__)
def test_failure_after_writing_leaves_the_outcome_unknown(kind: type[httpx.HTTPError]):
	with pytest.raises(OutcomeUnknown):
		send(failing(kind))


@pytest.mark.parametrize("kind", [*NOT_SENT, *MAYBE_SENT], ids=lambda kind: kind.__name__)
def test_failed_reading_is_safe_to_repeat(kind: type[httpx.HTTPError]):
	with pytest.raises(NotSent):
		failing(kind).account("1")


def test_every_transport_error_of_the_library_is_classified():
	concrete = {kind for kind in _below(httpx.RequestError) if not kind.__subclasses__()}
	assert concrete == {*NOT_SENT, *MAYBE_SENT}


def _below(kind: type) -> set[type]:
	return {kind} | {deeper for sub in kind.__subclasses__() for deeper in _below(sub)}


@pytest.mark.parametrize("status", [200, 301, 404, 500, 502])
def test_page_instead_of_an_answer(status: int):
	client = api(
		lambda request: httpx.Response(status, html="<h1>Proxy</h1>", headers={"location": "https://x.test"})
	)
	with pytest.raises(OutcomeUnknown):
		send(client)
	with pytest.raises(NotSent):
		client.numbers("1")


def test_error_object_in_a_200_is_an_error():
	with pytest.raises(CloudAPIError) as caught:
		send(api(answering({"error": {"code": 131047, "message": "Re-engagement message"}})[0]))
	assert type(caught.value) is CloudAPIError
	assert caught.value.code == 131047


def test_success_false_is_an_error():
	with pytest.raises(CloudAPIError, match="did nothing"):
		api(answering({"success": False})[0]).register("1", "123456")


# Reading


def test_numbers_of_all_pages_without_following_the_link():
	link = f"https://elsewhere.test/?access_token={TOKEN}"
	first = {"data": [{"id": "1"}, {"id": 2}, {}, None], "paging": {"cursors": {"after": "A"}, "next": link}}
	last = {"data": [{"id": "3", "status": "CONNECTED"}], "paging": {"cursors": {"after": "B"}}}
	handler, seen = answering(first, last)
	assert api(handler).numbers("9") == [
		PhoneNumber(id="1"),
		PhoneNumber(id="2"),
		PhoneNumber(id="3", status="CONNECTED"),
	]
	assert [request.url.params.get("after") for request in seen] == [None, "A"]
	assert {request.url.host for request in seen} == {"graph.facebook.com"}


def test_endless_paging_ends():
	page = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}, "next": "https://x.test"}}
	handler, seen = answering(page)
	assert len(api(handler).numbers("9")) == 2
	assert len(seen) == 2


@pytest.mark.parametrize(
	"answer", [{}, {"data": None}, {"data": {"id": "1"}}], ids=["missing", "null", "object"]
)
def test_list_that_is_none_is_an_error_and_not_an_empty_list(answer: dict):
	with pytest.raises(NotSent, match="no list"):
		api(answering(answer)[0]).numbers("9")


def refusing(*fields: str) -> tuple[Handler, list[list[str]]]:
	"""Meta without some fields: it refuses the whole request and names the first one."""
	asked: list[list[str]] = []

	def handle(request: httpx.Request) -> httpx.Response:
		asked.append(request.url.params["fields"].split(","))
		for name in asked[-1]:
			if name in fields:
				message = f"(#100) Tried accessing nonexisting field ({name}) on node type (WABA)"
				return httpx.Response(400, json={"error": {"code": 100, "message": message}})
		return httpx.Response(200, json={"id": "1", "name": "Lucky Shrub"})

	return handle, asked


def test_field_that_this_version_lacks_is_left_out():
	handler, asked = refusing("currency", "health_status")
	found = api(handler).account("1")
	assert found == BusinessAccount(id="1", name="Lucky Shrub", asked_fields=asked[-1])
	assert len(asked) == 3
	assert {*asked[0]} - {*asked[-1]} == {"currency", "health_status"}


@pytest.mark.parametrize(
	("lacking", "expected"), [((), True), (("primary_funding_id",), False)], ids=["asked", "not asked"]
)
def test_no_payment_method_is_only_concluded_from_a_field_that_was_asked(
	lacking: tuple[str, ...], expected: bool
):
	handler, _asked = refusing(*lacking)
	assert api(handler).account("1").has_no_payment is expected


def test_field_that_every_account_has_is_not_left_out():
	handler, asked = refusing("timezone_id")
	with pytest.raises(CloudAPIError, match="timezone_id"):
		api(handler).account("1")
	assert len(asked) == 1


ODD = {
	"id": 123,
	"name": {"deep": 1},
	"currency": 5,
	"health_status": {
		"can_send_message": "LIMITED",
		"entities": [{"id": 1, "errors": [{"error_code": "x"}]}],
	},
	"news": [],
}


def test_odd_values_of_an_answer_do_not_cost_the_rest():
	found = api(answering(ODD)[0]).account("123")
	assert (found.id, found.name, found.currency) == ("123", None, "5")
	assert found.health_status
	assert found.health_status.can_send_message == "LIMITED"
	assert found.health_status.entities
	assert found.health_status.entities[0].errors
	assert found.health_status.entities[0].errors[0].error_code is None
	assert not hasattr(found, "news")


@pytest.mark.parametrize(
	"answer", [{}, {"id": ""}, {"id": None}, {"id": []}], ids=["none", "empty", "null", "list"]
)
def test_node_without_an_id_is_an_error(answer: dict):
	with pytest.raises(NotSent, match="no id"):
		api(answering(answer)[0]).number("1")


# Onboarding


@pytest.mark.parametrize(
	("call", "path", "body"),
	[
		(lambda a: a.request_code("1"), "1/request_code", {"code_method": "SMS", "language": "en_US"}),
		(
			lambda a: a.request_code("1", voice=True, language="pt_BR"),
			"1/request_code",
			{"code_method": "VOICE", "language": "pt_BR"},
		),
		(lambda a: a.verify_code("1", "123830"), "1/verify_code", {"code": "123830"}),
		(
			lambda a: a.register("1", "212834"),
			"1/register",
			{"messaging_product": "whatsapp", "pin": "212834"},
		),
		(lambda a: a.deregister("1"), "1/deregister", {}),
		(lambda a: a.subscribe_app("2"), "2/subscribed_apps", {}),
		(
			lambda a: a.subscribe_app("2", callback_url="https://desk.test/hook", verify_token="vt"),
			"2/subscribed_apps",
			{"override_callback_uri": "https://desk.test/hook", "verify_token": "vt"},
		),
		(
			lambda a: a.update_profile("1", about="Hi", websites=[], picture_handle="4::a"),
			"1/whatsapp_business_profile",
			{
				"messaging_product": "whatsapp",
				"about": "Hi",
				"websites": [],
				"profile_picture_handle": "4::a",
			},
		),
	],
	ids=[
		"code by text",
		"code by call",
		"verify",
		"register",
		"deregister",
		"subscribe",
		"override",
		"profile",
	],
)
def test_request_of_an_action(call: Callable[[CloudAPI], None], path: str, body: dict):
	handler, seen = answering({"success": True})
	assert call(api(handler)) is None
	assert (seen[0].method, seen[0].url.path) == ("POST", f"/v25.0/{path}")
	assert body_of(seen[0]) == body


def test_action_without_parameters_has_no_body():
	"""Meta removes an override of the webhook address when the request has no body."""
	handler, seen = answering({"success": True})
	api(handler).subscribe_app("2")
	assert seen[0].content == b""
	assert "content-type" not in seen[0].headers


def test_number_is_added():
	handler, seen = answering({"id": "106540352242922"})
	assert api(handler).add_number("2", "1", "6505551234", "Lucky Shrub") == "106540352242922"
	assert body_of(seen[0]) == {"cc": "1", "phone_number": "6505551234", "verified_name": "Lucky Shrub"}


def test_subscribed_apps():
	row = {
		"whatsapp_business_api_data": {
			"id": "67",
			"name": "Desk",
			"link": "https://www.facebook.com/games/?app_id=67",
		},
		"override_callback_uri": "https://desk.test/hook",
	}
	found = api(answering({"data": [row, {"other": 1}]})[0]).subscribed_apps("2")
	assert found[0] == SubscribedApp(
		id="67",
		name="Desk",
		link="https://www.facebook.com/games/?app_id=67",
		override_callback_uri="https://desk.test/hook",
	)
	assert found[1] == SubscribedApp()


def test_app_is_unsubscribed():
	handler, seen = answering({"success": True})
	api(handler).unsubscribe_app("2")
	assert (seen[0].method, seen[0].url.path) == ("DELETE", "/v25.0/2/subscribed_apps")


@pytest.mark.parametrize("node", ["", ".", ".."], ids=["empty", "here", "parent"])
def test_id_that_would_reach_another_object_is_refused(node: str):
	handler, seen = answering({"success": True})
	with pytest.raises(ValueError, match="id"):
		api(handler).deregister(node)
	assert seen == []


def test_id_stays_one_segment_of_the_path():
	handler, seen = answering({"success": True})
	api(handler).deregister("1/../2?x=1#y")
	assert seen[0].url.raw_path == b"/v25.0/1%2F..%2F2%3Fx%3D1%23y/deregister"
