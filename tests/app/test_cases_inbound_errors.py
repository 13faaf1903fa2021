"""What agents read when a customer's message came with an error: what the app knows of it, else Meta's own words."""

import time
from html import unescape
from typing import Any

import frappe
import pytest

from tests.app.desk import Desk
from whatsapp_channel.cloud_api.content import ErrorObject, Unsupported
from whatsapp_channel.cloud_api.errors import RULES, rule_for, rule_for_received
from whatsapp_channel.rules.text.message_html import View, to_html

PHONE_ALONE = rule_for(131060).for_agent.text
FILE_GONE = rule_for(131052).for_agent.text
PLACEHOLDER = "WhatsApp did not pass on this message. Ask the customer to send it in another way."


def unavailable(**more: Any) -> dict[str, Any]:
	"""As Meta sends it where the number is used in the WhatsApp Business app as well."""
	return {
		"code": 131060,
		"title": "This message is unavailable",
		"message": "This message is unavailable",
		"error_data": {"details": "Please check your primary device."},
		**more,
	}


def arrives(desk: Desk, kind: str, errors: list[Any], **body: Any) -> str:
	"""What agents read of a first message with these errors."""
	stamp = str(int(time.time()))
	message = {"from": "5511912345678", "id": "wamid.u1", "timestamp": stamp, "type": kind, "errors": errors}
	assert desk.post(desk.payload({**message, **body})).status_code == 200
	desk.settle()
	(content,) = desk.conversation_of(desk.ticket())
	return content


UNKNOWN = {"unsupported": {"type": "unknown"}}
# Type and body of the message, its errors, what agents read and what they do not.
CASES: dict[str, tuple[str, dict, list, list[str], list[str]]] = {
	"the first message after an advertisement": (
		"unsupported",
		UNKNOWN,
		[unavailable()],
		[PHONE_ALONE],
		["(unknown)", "primary device", "another way", "131060"],
	),
	"the same without a kind": ("unsupported", {}, [unavailable()], [PHONE_ALONE], ["another way"]),
	"the same of a photo": (
		"unsupported",
		{"unsupported": {"type": "image"}},
		[unavailable()],
		["Photo", PHONE_ALONE],
		["another way"],
	),
	"the same of a kind of tomorrow": (
		"unsupported",
		{"unsupported": {"type": "hologram"}},
		[unavailable()],
		[PHONE_ALONE],
		["another way"],
	),
	"twice": ("unsupported", UNKNOWN, [unavailable(), unavailable()], [PHONE_ALONE], []),
	"an unknown kind without an error": ("unsupported", UNKNOWN, [], [PLACEHOLDER], ["unknown"]),
	"an unknown kind of which Meta knows no more": (
		"unsupported",
		UNKNOWN,
		[{"code": 131051, "title": "Message type unknown"}],
		[PLACEHOLDER],
		["131051", "Message type unknown", "(unknown)"],
	),
	"Meta's word of old": (
		"unknown",
		{},
		[{"code": 131051, "title": "Unsupported message type"}],
		[PLACEHOLDER],
		["(unknown)"],
	),
	"a file that Meta lost": (
		"image",
		{"image": {"caption": "Look"}},
		[{"code": 131052, "title": "Media download error", "error_data": {"details": "Too big"}}],
		["Look", FILE_GONE],
		["Media download error"],
	),
	"a code that is not in the table": (
		"unsupported",
		UNKNOWN,
		[{"code": 139999, "title": "New thing", "error_data": {"details": "Brand new reason"}}],
		[PLACEHOLDER, "WhatsApp reports error 139999: Brand new reason"],
		[],
	),
	"a code whose text is about sending": (
		"unsupported",
		UNKNOWN,
		[{"code": 130429, "title": "Rate limit hit"}],
		["WhatsApp reports error 130429: Rate limit hit"],
		["sent again"],
	),
	"no code": (
		"unsupported",
		UNKNOWN,
		[{"title": "<b>Something</b>"}],
		["WhatsApp reports error ?: <b>Something</b>"],
		[],
	),
	"a text with a known error": ("text", {"text": {"body": "Hi"}}, [unavailable()], ["Hi", PHONE_ALONE], []),
	"one known, one not": (
		"unsupported",
		UNKNOWN,
		[{"code": 139999, "title": "New thing"}, unavailable()],
		[PHONE_ALONE, "139999: New thing"],
		["another way"],
	),
}


@pytest.mark.parametrize(("kind", "body", "errors", "seen", "unseen"), CASES.values(), ids=CASES)
def test_what_agents_read(
	desk: Desk, kind: str, body: dict, errors: list, seen: list[str], unseen: list[str]
) -> None:
	content = arrives(desk, kind, errors, **body)
	assert "<b>" not in content
	read = unescape(content)
	assert [text for text in seen if text not in read] == []
	assert [text for text in unseen if text in read] == []
	assert read.count(PHONE_ALONE) <= 1


def test_the_words_are_translated() -> None:
	error = ErrorObject(131060, "This message is unavailable", None, None)
	html = to_html([View(Unsupported("unknown", (error,)))], str.upper)
	assert PHONE_ALONE.upper() in html


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_code_of_the_table_speaks_of_what_arrived_or_lets_meta_speak(code: int) -> None:
	rule = rule_for_received(code)
	if rule:
		assert "again automatically" not in rule.agent_text
		assert "administrator" not in rule.agent_text or rule.agent_text != rule_for(131005).agent_text


def test_an_error_of_the_account_says_what_to_do(desk: Desk) -> None:
	error = {"code": 131005, "title": "Access denied", "message": "Access denied"}
	assert desk.post(desk.envelope({"errors": [error]})).status_code == 200
	desk.settle()
	(said,) = frappe.get_all("WhatsApp Delivery Item", pluck="error")
	assert said == f"Meta reports: Access denied (code 131005). {rule_for(131005).for_admin}"
