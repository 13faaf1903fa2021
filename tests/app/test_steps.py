"""The steps that tests are written in do not wait for the test itself."""

import frappe

from tests.app.desk import MESSAGE, Desk


def test_what_the_test_has_not_committed_keeps_no_message_waiting(desk: Desk) -> None:
	frappe.db.set_value("WhatsApp Channel", desk.channel, "ticket_policy", "None")
	wamid = desk.writes("Hello")
	(delivery,) = [each for each in desk.sandbox.webhooks if wamid in each.body.decode()]
	assert [attempt.status for attempt in delivery.attempts] == [200]
	assert frappe.db.get_value(MESSAGE, {"text": "Hello"}, "ticket") is None
