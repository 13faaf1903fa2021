"""Meta's error table: one row here for each rule, written from Meta's page and not from the code."""

import httpx
import pytest

from whatsapp_channel.cloud_api.error_rule import ASK_ADMIN, OUR_FAULT, SENT_LATER
from whatsapp_channel.cloud_api.error_table import TABLE
from whatsapp_channel.cloud_api.errors import (
	RULES,
	SUBCODE_RULES,
	Cause,
	CloudAPIError,
	ErrorRule,
	MediaRefused,
	NotSent,
	OutcomeUnknown,
	Retry,
	Scope,
	rule_for,
)

MINUTE, HOUR = 60, 3600
# First code, last code, subcode: cause, retry, seconds before the next attempt, scope, a word of the way out.
ROWS = {
	(0, 0, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "new token"),
	(1, 1, None): ("TEMPORARY", "FEW", 30, "PLATFORM", "metastatus.com"),
	(2, 2, None): ("TEMPORARY", "BACKOFF", 30, "PLATFORM", "metastatus.com"),
	(3, 3, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "App Dashboard"),
	(4, 4, None): ("THROTTLING", "BACKOFF", 2 * MINUTE, "ACCOUNT", "another program"),
	(10, 10, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "assign"),
	(33, 33, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "WhatsApp Manager"),
	(100, 100, None): ("REQUEST", "NEVER", 0, "MESSAGE", "Check the ids"),
	(100, 100, 33): ("AUTHORISATION", "NEVER", 0, "NUMBER", "assign the account"),
	(102, 102, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "new token"),
	(104, 104, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "Enter a token"),
	(190, 190, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "new token"),
	(190, 190, 463): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "never expire"),
	(190, 190, 467): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "Create a new one"),
	(200, 299, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "assign"),
	(368, 368, None): ("POLICY", "NEVER", 0, "ACCOUNT", "Business Support Home"),
	(80007, 80007, None): ("THROTTLING", "BACKOFF", 5 * MINUTE, "ACCOUNT", "another program"),
	(130403, 130403, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Unblock"),
	(130429, 130429, None): ("THROTTLING", "BACKOFF", 5, "NUMBER", "more slowly"),
	(130472, 130472, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Nothing can be changed"),
	(130497, 130497, None): ("POLICY", "NEVER", 0, "MESSAGE", "Business Messaging Policy"),
	(131000, 131000, None): ("TEMPORARY", "FEW", 30, "MESSAGE", "support"),
	(131005, 131005, None): ("AUTHORISATION", "NEVER", 0, "ACCOUNT", "new token"),
	(131008, 131008, None): ("REQUEST", "NEVER", 0, "MESSAGE", "Update the app"),
	(131009, 131009, None): ("REQUEST", "NEVER", 0, "MESSAGE", "Update the app"),
	(131016, 131016, None): ("TEMPORARY", "BACKOFF", 10, "PLATFORM", "metastatus.com"),
	(131021, 131021, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Correct"),
	(131026, 131026, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Check the number"),
	(131030, 131030, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "real business number"),
	(131031, 131031, None): ("POLICY", "NEVER", 0, "ACCOUNT", "Business Support Home"),
	(131035, 131036, None): ("REQUEST", "NEVER", 0, "MESSAGE", "local storage"),
	(131037, 131037, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "display name"),
	(131042, 131042, None): ("PAYMENT", "NEVER", 0, "ACCOUNT", "payment method"),
	(131044, 131044, None): ("FEATURE", "NEVER", 0, "MESSAGE", "calling settings"),
	(131045, 131045, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "Register it"),
	(131047, 131047, None): ("WINDOW", "NEVER", 0, "MESSAGE", "template"),
	(131048, 131048, None): ("POLICY", "WAIT", HOUR, "NUMBER", "quality rating"),
	(131049, 131049, None): ("POLICY", "WAIT", 24 * HOUR, "MESSAGE", "24 hours"),
	(131050, 131050, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Respect it"),
	(131051, 131051, None): ("REQUEST", "NEVER", 0, "MESSAGE", "phones only"),
	(131052, 131052, None): ("MEDIA", "NEVER", 0, "MESSAGE", "details"),
	(131053, 131053, None): ("MEDIA", "NEVER", 0, "MESSAGE", "allowed types"),
	(131055, 131055, None): ("FEATURE", "NEVER", 0, "MESSAGE", "calling settings"),
	(131056, 131056, None): ("THROTTLING", "BACKOFF", 4, "MESSAGE", "more slowly"),
	(131057, 131057, None): ("TEMPORARY", "BACKOFF", MINUTE, "ACCOUNT", "a minute"),
	(131059, 131059, None): ("REQUEST", "NEVER", 0, "ACCOUNT", "synchronisation again"),
	(131060, 131060, None): ("REQUEST", "NEVER", 0, "MESSAGE", "WhatsApp Business app"),
	(131062, 131062, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "ask for the number"),
	(131063, 131063, None): ("TEMPLATE", "NEVER", 0, "ACCOUNT", "settings"),
	(131064, 131064, None): ("TEMPLATE", "NEVER", 0, "ACCOUNT", "categories"),
	(132000, 132000, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Synchronise"),
	(132001, 132001, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Synchronise"),
	(132005, 132005, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Shorten"),
	(132007, 132007, None): ("POLICY", "NEVER", 0, "MESSAGE", "review"),
	(132008, 132008, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Correct"),
	(132012, 132012, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Synchronise"),
	(132015, 132015, None): ("TEMPLATE", "WAIT", 3 * HOUR, "MESSAGE", "Edit its text"),
	(132016, 132016, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Create a new one"),
	(132018, 132018, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Synchronise"),
	(132068, 132068, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Flows"),
	(132069, 132069, None): ("THROTTLING", "WAIT", HOUR, "MESSAGE", "endpoint"),
	(133000, 133000, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "Deregister it again"),
	(133004, 133004, None): ("TEMPORARY", "BACKOFF", 30, "PLATFORM", "some minutes"),
	(133005, 133005, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "new PIN"),
	(133006, 133006, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "Request a code"),
	(133008, 133008, None): ("REGISTRATION", "WAIT", HOUR, "NUMBER", "reset it"),
	(133009, 133009, None): ("REGISTRATION", "WAIT", 5 * MINUTE, "NUMBER", "Wait"),
	(133010, 133010, None): ("REGISTRATION", "NEVER", 0, "NUMBER", "Register it"),
	(133015, 133015, None): ("REGISTRATION", "WAIT", 5 * MINUTE, "NUMBER", "five minutes"),
	(133016, 133016, None): ("REGISTRATION", "WAIT", 72 * HOUR, "NUMBER", "72 hours"),
	(134011, 134011, None): ("FEATURE", "NEVER", 0, "ACCOUNT", "Accept them"),
	(134100, 134102, None): ("FEATURE", "NEVER", 0, "ACCOUNT", "Accept its terms"),
	(135000, 135000, None): ("REQUEST", "NEVER", 0, "MESSAGE", "Update the app"),
	(136024, 136024, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "already verified"),
	(136025, 136025, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "another code"),
	(137000, 137000, None): ("RECIPIENT", "NEVER", 0, "MESSAGE", "Acknowledge"),
	(138000, 138999, None): ("FEATURE", "NEVER", 0, "MESSAGE", "calling settings"),
	(139100, 139103, None): ("FEATURE", "NEVER", 0, "MESSAGE", "block"),
	(147001, 147005, None): ("FEATURE", "NEVER", 0, "NUMBER", "Choose another"),
	(2388001, 2388001, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "delete it there"),
	(2388012, 2388012, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "Choose it from the list"),
	(2388019, 2388019, None): ("TEMPLATE", "NEVER", 0, "ACCOUNT", "Delete some"),
	(2388039, 2388040, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Shorten"),
	(2388047, 2388047, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "header"),
	(2388072, 2388073, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "footer"),
	(2388091, 2388091, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "Wait some hours"),
	(2388093, 2388093, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "another code"),
	(2388103, 2388103, None): ("VERIFICATION", "NEVER", 0, "NUMBER", "payment method"),
	(2388293, 2388293, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Add words"),
	(2388299, 2388299, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Put words"),
	(2494100, 2494100, None): ("TEMPORARY", "BACKOFF", MINUTE, "NUMBER", "by itself"),
	(2593002, 2593002, None): ("TEMPLATE", "NEVER", 0, "MESSAGE", "Synchronise"),
	(2593107, 2593107, None): ("FEATURE", "NEVER", 0, "NUMBER", "Connect the number again"),
	(2593108, 2593108, None): ("FEATURE", "NEVER", 0, "NUMBER", "Connect the number again"),
}
# What the agent can do about it; in all other cases he waits, or the administrator acts.
AGENT_ACTS = {
	130403: "Unblock",
	130472: "another way",
	130497: "e-mail",
	131000: "send it again later",
	131009: "send it as a new one",
	131021: "customer's number",
	131026: "e-mail or telephone",
	131047: "approved template",
	131049: "24 hours",
	131050: "do not send it again",
	131051: "Use text",
	131052: "Ask for it again",
	131053: "Convert",
	131060: "on the phone",
	131062: "Ask for the number",
	132000: "Choose it again",
	132001: "another template",
	132005: "shorten",
	132012: "check dates",
	132015: "another one",
	132016: "another one",
	132068: "another template",
	137000: "Make sure who it is",
}


def codes(rule: ErrorRule) -> tuple[int, int, int | None]:
	return rule.codes[0], rule.codes[-1], rule.subcode


def test_each_rule_has_one_row_and_each_row_a_rule():
	assert len(TABLE) == len(ROWS)
	assert {codes(rule) for rule in TABLE} == ROWS.keys()
	assert len(RULES) == sum(len(rule.codes) for rule in TABLE if rule.subcode is None)
	assert len(SUBCODE_RULES) == sum(rule.subcode is not None for rule in TABLE)


@pytest.mark.parametrize(("row", "expected"), ROWS.items(), ids=lambda value: str(value[:3]))
def test_row(row: tuple[int, int, int | None], expected: tuple[str, str, int, str, str]):
	first, last, subcode = row
	cause, retry, delay, scope, way_out = expected
	for code in (first, last):
		rule = rule_for(code, subcode)
		assert rule.cause is Cause[cause]
		assert rule.retry is Retry[retry]
		assert rule.delay_seconds == delay
		assert rule.scope is Scope[scope]
		assert way_out in rule.admin_text


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: f"{rule.code}-{rule.subcode}")
def test_texts_of_a_rule_are_plain_sentences(rule: ErrorRule):
	for text in (rule.agent_text, rule.admin_text):
		assert 30 < len(text) < 330
		assert text[0].isupper()
		assert text.endswith((".", "?"))
		assert "  " not in text
		assert str(rule.code) not in text.split() or rule.code < 1000
	assert rule.title
	assert (rule.delay_seconds > 0) is (rule.retry is not Retry.NEVER)


@pytest.mark.parametrize(("code", "words"), AGENT_ACTS.items(), ids=map(str, AGENT_ACTS))
def test_agent_is_told_what_he_can_do(code: int, words: str):
	assert words in rule_for(code).agent_text
	assert rule_for(code).agent_text not in (ASK_ADMIN, OUR_FAULT, SENT_LATER)


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: f"{rule.code}-{rule.subcode}")
def test_agent_text_keeps_what_the_retry_does(rule: ErrorRule):
	promises = "sent again automatically" in rule.agent_text
	assert not promises or rule.retry in (Retry.BACKOFF, Retry.WAIT)
	assert rule.retry is not Retry.BACKOFF or promises


@pytest.mark.parametrize(
	("code", "subcode", "transient", "title", "retry"),
	[
		(100, 33, False, "Object not found or no access", Retry.NEVER),
		(100, 2494055, False, "Invalid parameter", Retry.NEVER),
		(100, 2593002, False, "Template not found", Retry.NEVER),
		(136024, 2388091, False, "Code requested too often", Retry.NEVER),
		(130429, 33, False, "Too many messages a second", Retry.BACKOFF),
		(190, 999, False, "Access token expired", Retry.NEVER),
		(100, None, True, "Invalid parameter", Retry.BACKOFF),
		(131049, None, True, "Marketing message held back", Retry.WAIT),
		(999999, None, False, "Unknown error", Retry.NEVER),
		(999999, None, True, "Unknown error", Retry.BACKOFF),
		(None, None, False, "Unknown error", Retry.NEVER),
		(-1, None, False, "Unknown error", Retry.NEVER),
		(10**30, 10**30, False, "Unknown error", Retry.NEVER),
	],
	ids=[
		"subcode of its code",
		"unlisted subcode",
		"global subcode",
		"global subcode beats the code",
		"small subcode of another code",
		"unlisted subcode of the token",
		"transient lifts a prohibition",
		"transient keeps a wait",
		"unlisted code",
		"unlisted and transient",
		"no code",
		"negative code",
		"huge code",
	],
)
def test_rule_for(code: int | None, subcode: int | None, transient: bool, title: str, retry: Retry):
	rule = rule_for(code, subcode, transient)
	assert (rule.title, rule.retry) == (title, retry)
	assert rule.agent_text
	assert rule.admin_text
	assert (rule.delay_seconds > 0) is (retry is not Retry.NEVER)


def answer(status: int, body: object) -> httpx.Response:
	return httpx.Response(status, json=body)


def test_error_of_a_message_carries_metas_details():
	error = CloudAPIError.from_response(
		answer(
			400,
			{
				"error": {
					"message": "(#130429) Rate limit hit",
					"type": "OAuthException",
					"code": 130429,
					"error_data": {
						"messaging_product": "whatsapp",
						"details": "Throughput has been reached.",
					},
					"error_subcode": 2494055,
					"fbtrace_id": "Az8or2yhqkZfEZ",
				}
			},
		)
	)
	assert (error.code, error.subcode, error.http_status) == (130429, 2494055, 400)
	assert (error.title, error.details) == ("(#130429) Rate limit hit", "Throughput has been reached.")
	assert (error.fbtrace_id, error.is_transient) == ("Az8or2yhqkZfEZ", False)
	assert (error.retry, error.rule.delay_seconds) == (Retry.BACKOFF, 5)
	assert str(error) == (
		"Too many messages a second. (#130429) Rate limit hit: Throughput has been reached. "
		"(code 130429, subcode 2494055, HTTP 400, trace Az8or2yhqkZfEZ)"
	)


def test_error_of_a_number_carries_the_localised_words():
	error = CloudAPIError.from_response(
		answer(
			400,
			{
				"error": {
					"message": "Request code error",
					"type": "OAuthException",
					"code": 136024,
					"error_subcode": 2388091,
					"is_transient": False,
					"error_user_title": "Não foi possível enviar",
					"error_user_msg": "Tente novamente",
					"fbtrace_id": "A1",
				}
			},
		)
	)
	assert error.details == "Não foi possível enviar: Tente novamente"
	assert str(error.sentence) == rule_for(2388091).admin_text
	assert str(error.for_agent) == ASK_ADMIN


@pytest.mark.parametrize(
	("status", "body", "retry"),
	[
		(503, {"error": {"code": 777001, "message": "x"}}, Retry.BACKOFF),
		(429, {"error": {"code": 777001, "message": "x"}}, Retry.BACKOFF),
		(400, {"error": {"code": 777001, "message": "x"}}, Retry.NEVER),
		(500, {"error": {"code": 3, "message": "x"}}, Retry.NEVER),
		(400, {"error": {"code": 3, "is_transient": True}}, Retry.BACKOFF),
		(400, {"error": {"code": "190", "error_subcode": "463"}}, Retry.NEVER),
		(
			400,
			{"error": {"code": True, "message": ["x"], "error_data": "words", "fbtrace_id": 5}},
			Retry.NEVER,
		),
		(400, {"error": {}}, Retry.NEVER),
	],
	ids=[
		"unlisted 503",
		"unlisted 429",
		"unlisted 400",
		"listed 500",
		"listed transient",
		"digits as text",
		"odd types",
		"empty",
	],
)
def test_retry_of_an_answer(status: int, body: object, retry: Retry):
	error = CloudAPIError.from_response(answer(status, body))
	assert type(error) is CloudAPIError
	assert error.retry is retry
	assert str(error)
	assert str(error.for_agent)
	assert str(error.sentence)


@pytest.mark.parametrize(
	"content",
	[
		b"",
		b"<html>502 Bad Gateway</html>",
		b"[]",
		b'"error"',
		b'{"error":"busy"}',
		b'{"success":true}',
		b"[" * 100_000,
		b"\xff\xfe",
	],
	ids=["empty", "page", "list", "text", "error as text", "no error", "deep", "no text"],
)
@pytest.mark.parametrize("status", [200, 302, 400, 502])
def test_answer_without_an_error_object_leaves_the_outcome_unknown(status: int, content: bytes):
	error = CloudAPIError.from_response(httpx.Response(status, content=content))
	assert isinstance(error, OutcomeUnknown)
	assert (error.retry, error.http_status) == (Retry.NEVER, status)
	assert "twice" in str(error.for_agent)


def test_kinds_of_error_without_an_answer():
	assert (NotSent("x").retry, NotSent("x").rule.cause) == (Retry.BACKOFF, Cause.NETWORK)
	assert (OutcomeUnknown("x").retry, OutcomeUnknown("x").rule.scope) == (Retry.NEVER, Scope.MESSAGE)
	assert (MediaRefused("x").retry, MediaRefused("x").rule.cause) == (Retry.NEVER, Cause.MEDIA)
	for error in (NotSent("x"), OutcomeUnknown("x"), MediaRefused("x")):
		assert isinstance(error, CloudAPIError)
		assert str(error.for_agent) != ASK_ADMIN
		assert str(error.sentence)
