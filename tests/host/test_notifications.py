"""The bell of the desk: who gets a notification."""

from typing import Any

import frappe
import pytest
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs

from tests.app.conftest import user

SOMEBODY = "whatsapp-admin@example.com"

# Kind, who caused it, whether the user is enabled, whether he gets it.
CASES = {
	"of another": ("Mention", "Administrator", True, True),
	"his own": ("Mention", SOMEBODY, True, False),
	"his own, but an alert": ("Alert", SOMEBODY, True, True),
	"disabled": ("Alert", "Administrator", False, False),
}


@pytest.mark.parametrize(("kind", "cause", "enabled", "gets"), CASES.values(), ids=CASES.keys())
def test_who_is_told(site: Any, kind: str, cause: str, enabled: bool, gets: bool) -> None:
	user(SOMEBODY, "System Manager")
	frappe.db.set_value("User", SOMEBODY, "enabled", int(enabled))
	log = {
		"type": kind,
		"subject": "Look",
		"from_user": cause,
		"document_type": "User",
		"document_name": SOMEBODY,
	}
	make_notification_logs(frappe._dict(log), [SOMEBODY, "nobody@example.com"])
	found = frappe.get_all("Notification Log", {"document_name": SOMEBODY}, ["for_user", "subject", "read"])
	frappe.db.set_value("User", SOMEBODY, "enabled", 1)
	assert [tuple(row.values()) for row in found] == ([(SOMEBODY, "Look", 0)] if gets else [])
