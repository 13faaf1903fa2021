"""What an administrator does with items that were not filed: *Reprocess* and *Export*."""

import json
from typing import Any

import frappe
import pytest

from tests.app.conftest import user
from tests.app.desk import Desk
from tests.app.waiting import ITEM, MARIA, arrives, filed, form, kept
from whatsapp_channel.api import items as api
from whatsapp_channel.clock import site_now
from whatsapp_channel.inbound import reprocess, retries

API = "/api/method/whatsapp_channel.api.items."


def failed(desk: Desk, trouble: set[str], *texts: str) -> list[str]:
	"""Dead letters with these texts; returns their names."""
	trouble.update(texts)
	for text in texts:
		arrives(desk, text)
	desk.settle()
	frappe.db.sql(f"update `tab{ITEM}` set state = 'Failed', next_attempt = null")
	frappe.db.commit()
	return [row.name for row in kept()]


def test_reprocessing_one_item_says_what_became_of_it(desk: Desk, trouble: set[str]) -> None:
	(name,) = failed(desk, trouble, "one")
	assert form(name).reprocess() == "Pending"
	trouble.clear()
	assert form(name).reprocess() == "Processed"
	with pytest.raises(frappe.ValidationError):
		form(name).reprocess()
	assert filed() == ["one"]


def test_reprocessing_a_selection_keeps_the_order_and_tells_the_result(desk: Desk, trouble: set[str]) -> None:
	names = failed(desk, trouble, "one", "two", "three")
	trouble.clear()
	client = desk.web.login("Administrator")
	answer = client.post(API + "reprocess_items", json={"names": list(reversed(names))})
	assert answer.status_code == 200, answer.text
	assert "3" in answer.json()["message"]
	assert filed() == ["one", "two", "three"]


TRIES = {
	"one": reprocess.one,
	"several": lambda name: reprocess.many([name], tell=False),
}


@pytest.mark.parametrize("again", TRIES.values(), ids=TRIES.keys())
def test_what_is_filed_is_the_sites_and_the_answer_the_users(
	desk: Desk, trouble: set[str], monkeypatch: pytest.MonkeyPatch, again: Any
) -> None:
	manager = user("whatsapp-system-manager@example.com", "System Manager")
	(name,) = failed(desk, trouble, "one")
	trouble.clear()
	frappe.set_user(manager)
	frappe.local.session.update(sid="a session", data={"csrf_token": "token"})
	frappe.local.form_dict = frappe._dict(asked="for")
	monkeypatch.setattr(frappe.local, "lang", "pt-BR")
	seen: list[tuple[str, str]] = []
	original = retries.retry

	def retry(name: str) -> None:
		seen.append((frappe.session.user, frappe.local.lang))
		original(name)

	monkeypatch.setattr(retries, "retry", retry)
	again(name)
	assert seen == [("Administrator", frappe.db.get_single_value("System Settings", "language") or "en")]
	assert (frappe.session.user, frappe.session.sid, frappe.local.lang) == (manager, "a session", "pt-BR")
	assert (frappe.session.data["csrf_token"], frappe.form_dict.asked) == ("token", "for")
	frappe.set_user("Administrator")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "owner") == "Administrator"
	assert frappe.db.get_value("WhatsApp Session Message", {"text": "one"}, "owner") == "Administrator"


def test_a_large_selection_is_a_job_with_progress_and_a_summary(
	desk: Desk, trouble: set[str], host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
	names = failed(desk, trouble, *(f"text {index:02d}" for index in range(25)))
	told: list[tuple[str, Any]] = []
	monkeypatch.setattr(
		frappe, "publish_realtime", lambda event, message=None, **_more: told.append((event, message))
	)
	monkeypatch.setattr(
		frappe, "publish_progress", lambda percent, **_more: told.append(("progress", percent))
	)
	trouble.clear()
	assert "background" in api.reprocess_items(names)
	frappe.db.commit()
	assert filed() == []
	host.run_jobs()
	assert filed() == [f"text {index:02d}" for index in range(25)]
	assert [percent for event, percent in told if event == "progress"][-1] == 100
	(summary,) = [message["message"] for event, message in told if event == "msgprint"]
	assert "Processed: 25" in summary


def test_reprocessing_a_time_range(desk: Desk, trouble: set[str]) -> None:
	names = failed(desk, trouble, "one", "two", "three")
	moments = ["2026-01-01 08:00:00", "2026-01-02 08:00:00", "2026-01-03 08:00:00"]
	for name, moment in zip(names, moments, strict=True):
		frappe.db.set_value(ITEM, name, "creation", moment)
	frappe.db.set_value(ITEM, names[2], "state", "Dropped")
	frappe.db.commit()
	trouble.clear()
	client = desk.web.login("Administrator")
	asked = {"states": ["Failed"], "since": "2026-01-02 00:00:00", "until": "2026-01-05 00:00:00"}
	assert client.post(API + "count_range", json=asked).json()["message"] == 1
	assert client.post(API + "reprocess_range", json=asked).status_code == 200
	assert filed() == ["two"]
	backwards = asked | {"since": "2026-01-06 00:00:00"}
	assert client.post(API + "reprocess_range", json=backwards).status_code == 417


def test_failed_deliveries_can_be_reprocessed_together(desk: Desk) -> None:
	for text in ("one", "two"):
		arrives(desk, text)
	frappe.db.sql("update `tabWhatsApp Delivery` set state = 'Failed', attempts = 5")
	frappe.db.commit()
	names = frappe.get_all("WhatsApp Delivery", pluck="name")
	client = desk.web.login("Administrator")
	answer = client.post(API + "reprocess_deliveries", json={"names": names})
	assert answer.json()["message"] == 2
	desk.settle()
	assert sorted(filed()) == ["one", "two"]


def test_the_export_is_one_json_document_that_no_browser_runs(desk: Desk, trouble: set[str]) -> None:
	hostile = "</script><script>alert(1)</script>"
	(name,) = failed(desk, trouble, hostile)
	answer = desk.web.login("Administrator").post(API + "export", data={"names": json.dumps([name])})
	assert answer.headers["content-type"].startswith("application/json")
	assert f"whatsapp-items-{site_now():%Y-%m-%d}.json" in answer.headers["content-disposition"]
	assert "<" not in answer.text
	(item,) = answer.json()["items"]
	assert item["payload"]["raw"]["text"]["body"] == hostile
	assert (item["state"], item["sender"]) == ("Failed", MARIA)


ACTIONS = [
	"reprocess_items",
	"reprocess_range",
	"count_range",
	"reprocess_deliveries",
	"export",
	"dismiss_gap",
]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ["Agent", "Agent Manager"])
def test_only_a_system_manager_may(desk: Desk, action: str, role: str) -> None:
	name = user(f"whatsapp-{role.lower().replace(' ', '-')}@example.com", role)
	asked = {
		"names": [],
		"number": desk.number,
		"states": ["Failed"],
		"since": "2026-01-01",
		"until": "2026-01-02",
	}
	assert desk.web.login(name).post(API + action, json=asked).status_code == 403


@pytest.mark.parametrize("action", [action for action in ACTIONS if action != "count_range"])
def test_nothing_is_changed_by_get(desk: Desk, action: str) -> None:
	assert desk.web.login("Administrator").get(API + action).status_code in (403, 405)
