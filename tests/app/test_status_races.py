"""The same news of Meta in many deliveries, worked on at the same moment: one transition, told once."""

import time
from typing import Any

import frappe

from tests.app.conftest import user
from tests.app.desk import Desk
from tests.app.onboarded import ACCOUNT, CHANNEL, add_channel, kept, lines, notifications, status
from tests.app.race import at_once


def test_the_same_event_twenty_times_at_once(desk: Desk, host: Any) -> None:
	manager = user("whatsapp-admin@example.com", "System Manager")
	channels = [desk.channel, *(add_channel(desk, index) for index in range(1, 4))]
	moment = int(time.time()) - 60
	for again in range(20):
		value = {"decision": "REJECTED", "again": again}
		change = {"field": "account_review_update", "value": value}
		entry = {"id": desk.account, "time": moment, "changes": [change]}
		desk.post({"object": "whatsapp_business_account", "entry": [entry]})
	frappe.db.commit()
	names = frappe.get_all("WhatsApp Delivery", pluck="name")
	assert len(names) == 20
	at_once(host.environment(), names, processes=4)
	assert {status(channel) for channel in channels} == {"Verification Rejected"}
	assert [len(lines(CHANNEL, channel)) for channel in channels] == [1, 1, 1, 1]
	assert len(lines(ACCOUNT, desk.account)) == 1
	assert (len(notifications(manager)), kept()) == (1, [])
