"""Items that wait: what tests see of them, and what makes them wait."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.crashing import Crasher
from tests.app.desk import MESSAGE, Desk, text_message
from whatsapp_channel.cloud_api.webhook_parser import Item, ItemKind
from whatsapp_channel.inbound import dispatch

ITEM = "WhatsApp Delivery Item"
MARIA, ANA = "5511912345678", "5511987654321"


def make_due() -> None:
	"""Time passes until every pending item is due."""
	frappe.db.sql(f"update `tab{ITEM}` set next_attempt = creation where state = 'Pending'")
	frappe.db.commit()


def kept(**filters: Any) -> list[Any]:
	"""The kept items, oldest first."""
	frappe.db.commit()
	return frappe.get_all(ITEM, filters, ["*"], order_by="creation, name")


def states() -> list[str]:
	return [row.state for row in kept()]


def form(name: str) -> Any:
	"""An item's document."""
	return frappe.get_doc(ITEM, name)


def filed() -> list[str]:
	"""The texts of what is filed, in the order in which it was."""
	frappe.db.commit()
	return frappe.get_all(MESSAGE, {"direction": "Incoming"}, pluck="text", order_by="creation")


def arrives(desk: Desk, text: str, *, sender: str | None = MARIA, **more: Any) -> None:
	"""One delivery with one text, whose id is the text."""
	message = text_message(text, wamid=f"wamid.{text}", sender=sender) | more
	if not sender:
		del message["from"]
	assert desk.post(desk.payload(message)).status_code == 200


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> set[str]:
	"""The texts whose filing fails as long as they are in this set."""
	failing: set[str] = set()
	original = dispatch.HANDLERS[ItemKind.MESSAGE]

	def file(item: Item) -> None:
		if item.message.text in failing:
			raise RuntimeError(f"Filing of {item.message.text} is broken.")
		original(item)

	monkeypatch.setitem(dispatch.HANDLERS, ItemKind.MESSAGE, file)
	return failing


@pytest.fixture
def crasher(desk: Desk, host: Any) -> Iterator[Crasher]:
	frappe.db.commit()
	crasher = Crasher(host.environment())
	yield crasher
	crasher.close()


def set_enabled(desk: Desk, enabled: int) -> None:
	channel = frappe.get_doc("WhatsApp Channel", desk.channel)
	channel.enabled = enabled
	channel.save()
	frappe.db.commit()
