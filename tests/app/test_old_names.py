"""Jobs that were queued before an update call what they knew, under the names of then."""

import frappe
import pytest

from tests.app.desk import Desk
from whatsapp_channel import schedule
from whatsapp_channel.accounts import status
from whatsapp_channel.inbound.media import refetch
from whatsapp_channel.privacy import old_media

# Whatever hooks.py, jobs.py and the enqueueing modules named in the version before the packages moved.
SAME = {
	"whatsapp_channel.status.refresh_all": status.refresh_all,
	"whatsapp_channel.inbound.media.fetch_failed": refetch.fetch_failed,
	"whatsapp_channel.inbound.media.again.fetch_failed": refetch.fetch_failed,
	"whatsapp_channel.inbound.media.redact_old_media": old_media.redact_old_media,
}
STAYED = (
	"whatsapp_channel.inbound.drain.drain",
	"whatsapp_channel.outbound.send.send_queued",
	"whatsapp_channel.inbound.reprocess.many",
	"whatsapp_channel.privacy.background.run",
	"whatsapp_channel.privacy.export.delete_old",
	"whatsapp_channel.onboarding.signup_rows.clear_expired",
)


@pytest.mark.parametrize(("path", "now"), SAME.items(), ids=SAME)
def test_an_old_name_calls_the_same(site: object, path: str, now: object) -> None:
	assert frappe.get_attr(path) is now


@pytest.mark.parametrize("path", STAYED)
def test_a_name_that_stayed_is_an_entry_point(site: object, path: str) -> None:
	assert frappe.get_attr(path).entry_point == "job"


def test_the_old_sweep_sweeps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
	swept: list[bool] = []
	monkeypatch.setattr(schedule, "sweep", lambda: swept.append(True))
	frappe.get_attr("whatsapp_channel.jobs.sweep")()
	assert swept == [True]
