"""A sender whose number cannot be used is filed under the user id, now and when it is reprocessed."""

from typing import Any

import frappe
import pytest

from tests.app.desk import Desk, text_message
from tests.app.people import only
from tests.app.waiting import ITEM, filed, form, kept
from whatsapp_channel.cloud_api import payload, webhook_objects

USER = "BR.1234567890"
# What stands in `from`, and in `from_user_id`.
SENDERS: dict[str, tuple[Any, str | None]] = {
	"the user id in both": (USER, USER),
	"the user id for a number": (USER, None),
	"letters": ("Maria", USER),
	"a list": (["1"], USER),
	"too many digits": ("1" * 40, USER),
	"another user id": ("BR.9", USER),
}


def delivery(desk: Desk, sender: Any, user_id: str | None) -> dict[str, Any]:
	told = {"from_user_id": user_id} if user_id else {}
	message = text_message("hi", wamid="wamid.f1", sender=sender) | told
	card = {"profile": {"name": "Maria"}, "user_id": USER}
	return desk.envelope({"messages": [message], "contacts": [card]})


@pytest.mark.parametrize(("sender", "user_id"), SENDERS.values(), ids=SENDERS)
def test_an_unusable_number_costs_nothing(desk: Desk, sender: Any, user_id: str | None) -> None:
	desk.post(delivery(desk, sender, user_id))
	desk.settle()
	row = only()
	assert (row.wa_id, row.bsuid, row.profile_name) == (None, USER, "Maria")
	assert frappe.db.get_value("HD Ticket", desk.ticket(), "whatsapp_customer") == row.name
	assert kept() == []


def test_reprocess_files_what_failed_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	def of_before(raw: Any, _content: Any) -> Any:
		raise payload.InvalidPayload(
			webhook_objects.NOT_DIGITS, field="from", found=payload.shown(raw["from"])
		)

	with monkeypatch.context() as patched:
		patched.setattr(webhook_objects, "_sender", of_before)
		desk.post(delivery(desk, USER, USER))
		desk.settle()
	(item,) = kept()
	assert (item.state, filed()) == ("Failed", [])
	assert "not a number in digits" in item.error
	assert form(item.name).reprocess() == "Processed"
	assert filed() == ["hi"]
	assert (only().bsuid, only().profile_name) == (USER, "Maria")
	assert frappe.get_all(ITEM, pluck="state") == ["Processed"]
