"""What a channel may be, in its form as in the set-up (Z32 to Z34)."""

from typing import Any

import frappe
import pytest

from tests.app.conftest import team
from tests.app.desk import TEAM, Desk
from tests.app.moment import at_once
from tests.app.setup_steps import add_number, upload
from tests.pictures import GIF, SVG, jpeg, png
from whatsapp_channel.helpdesk import teams
from whatsapp_channel.onboarding import channel_setup as channels
from whatsapp_channel.rules.files.image import ICON_BYTES

CHANNEL = "WhatsApp Channel"


@pytest.fixture
def changeable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
	"""Settings that can be saved although they name the sandbox's address."""
	monkeypatch.setitem(frappe.conf, "whatsapp_channel_allow_custom_api", 1)
	return desk


def insert(number: str, name: str = "Second", department: str = TEAM, **more: Any) -> str:
	values = {"channel_name": name, "number": number, "department": department, **more}
	document = frappe.get_doc({"doctype": CHANNEL, **values}).insert()
	frappe.db.commit()
	return document.name


def refusal(*arguments: Any, **more: Any) -> str:
	with pytest.raises(frappe.ValidationError) as caught:
		insert(*arguments, **more)
	frappe.db.rollback()
	return str(caught.value)


@pytest.fixture
def room(desk: Desk) -> Desk:
	"""A site with departments for two more channels than it has."""
	departments(2)
	return desk


def departments(free: int) -> None:
	"""Has exactly so many more departments than channels."""
	spare = [name for name in teams.names() if name != TEAM]
	wanted = frappe.db.count(CHANNEL) + free
	for name in spare[: max(0, teams.count() - wanted)]:
		frappe.delete_doc("HD Team", name, force=True, ignore_permissions=True)
	while teams.count() < wanted:
		team(f"WhatsApp Test Team {frappe.generate_hash(length=6)}")
	frappe.db.commit()


# The order of the form


def test_the_four_fields_of_the_guide_come_first(site: Any) -> None:
	fields = [field.fieldname for field in frappe.get_meta(CHANNEL).fields]
	assert fields[:4] == ["icon", "channel_name", "number", "department"]


# The icon

ICONS = {
	"png": (png(), "logo.png", True),
	"jpg": (jpeg(), "logo.jpg", True),
	"jpeg": (jpeg(), "logo.jpeg", True),
	"public": (png(width=2), "logo.png", False),
	"exactly_1048576_bytes": (png(ICON_BYTES), "logo.png", True),
}


@pytest.mark.parametrize(("content", "name", "private"), ICONS.values(), ids=ICONS)
def test_an_icon_is_kept(room: Desk, content: bytes, name: str, private: bool) -> None:
	url = upload(content, name, private=private)
	made = insert(add_number(room), icon=url)
	assert frappe.db.get_value(CHANNEL, made, "icon") == url
	fields = ["attached_to_doctype", "attached_to_name", "attached_to_field"]
	assert frappe.db.get_value("File", {"file_url": url}, fields) == (CHANNEL, made, "icon")


BAD_ICONS = {
	"1048577_bytes": (png(ICON_BYTES + 1), "logo.png", "The file has 1,048,577 bytes"),
	"gif": (GIF, "logo.gif", "only .jpg, .png and .jpeg are allowed"),
	"gif_renamed": (GIF, "logo.png", "neither JPEG nor PNG"),
	"svg_renamed": (SVG, "logo.png", "neither JPEG nor PNG"),
	"truncated": (png()[:-1], "logo.png", "damaged or was not copied to its end"),
}


@pytest.mark.parametrize("private", [True, False], ids=["private", "public"])
@pytest.mark.parametrize(("content", "name", "problem"), BAD_ICONS.values(), ids=BAD_ICONS)
def test_an_icon_is_refused(room: Desk, content: bytes, name: str, problem: str, private: bool) -> None:
	text = refusal(add_number(room), icon=upload(content, name, private=private))
	assert text.startswith("Icon: ")
	assert problem in text


PLACES = {
	"elsewhere": "https://example.com/logo.png",
	"no_file": "/files/there-is-none.png",
	"no_private_file": "/private/files/there-is-none.png",
	"outside": "/files/../../../../etc/passwd.png",
	"of_the_app": "/assets/frappe/images/frappe-favicon.svg",
	"data": "data:image/png;base64,AAAA",
}


@pytest.mark.parametrize("url", PLACES.values(), ids=PLACES)
def test_an_icon_must_be_a_file_of_this_site(room: Desk, url: str) -> None:
	assert "is no file of this site" in refusal(add_number(room), icon=url)


def test_an_icon_may_be_changed_and_removed_and_is_checked_again(desk: Desk) -> None:
	channel = frappe.get_doc(CHANNEL, desk.channel)
	channel.icon = upload(png())
	channel.save()
	channel.icon = upload(GIF)
	with pytest.raises(frappe.ValidationError, match="neither JPEG nor PNG"):
		channel.save()
	channel.reload()
	channel.icon = ""
	channel.save()
	assert not frappe.db.get_value(CHANNEL, desk.channel, "icon")


# Number and department


@pytest.mark.parametrize("enabled", [1, 0], ids=["enabled", "deactivated"])
def test_a_number_has_one_channel(room: Desk, enabled: int) -> None:
	frappe.db.set_value(CHANNEL, room.channel, "enabled", enabled)
	frappe.db.commit()
	text = refusal(room.number)
	assert text.startswith(f"WhatsApp Number: channel {room.channel} has this number already")


def test_a_number_must_belong_to_an_account(room: Desk) -> None:
	number = add_number(room)
	frappe.db.set_value("WhatsApp Number", number, "account", None)
	assert "belongs to no account" in refusal(number)


def test_a_number_without_account_is_refused(site: Any) -> None:
	values = {"doctype": "WhatsApp Number", "number": "+15550100399", "phone_number_id": "1"}
	with pytest.raises(frappe.ValidationError, match="WhatsApp Business Account: choose the account"):
		frappe.get_doc(values).insert()


def test_a_number_cannot_be_here_under_two_ids(desk: Desk) -> None:
	number = frappe.db.get_value("WhatsApp Number", desk.number, "number")
	values = {
		"doctype": "WhatsApp Number",
		"number": number,
		"phone_number_id": "1",
		"account": desk.account,
	}
	with pytest.raises(frappe.ValidationError, match=f"is here already under the ID {desk.number}"):
		frappe.get_doc(values).insert()


@pytest.mark.parametrize("department", ["", "No such team"], ids=["none", "unknown"])
def test_a_channel_has_a_department(room: Desk, department: str) -> None:
	with pytest.raises((frappe.MandatoryError, frappe.LinkValidationError)):
		insert(add_number(room), department=department)


def test_several_channels_may_share_a_department(room: Desk) -> None:
	insert(add_number(room), department=TEAM)
	assert frappe.db.count(CHANNEL, {"department": TEAM}) == 2


# Not more channels than departments


def test_as_many_channels_as_departments_and_no_more(desk: Desk) -> None:
	departments(2)
	insert(add_number(desk, 2), "Second")
	insert(add_number(desk, 3), "Third")
	used = frappe.db.count(CHANNEL)
	text = refusal(add_number(desk, 4), "Fourth")
	assert f"Channels: {used}, departments: {used}." in text
	assert frappe.db.count(CHANNEL) == used
	team("WhatsApp Test Team N")
	frappe.db.commit()
	insert("300000000000004", "Fourth")


@pytest.mark.parametrize("enabled", [1, 0], ids=["enabled", "deactivated"])
def test_deactivated_channels_count(desk: Desk, enabled: int) -> None:
	departments(0)
	frappe.db.set_value(CHANNEL, desk.channel, "enabled", enabled)
	assert "There can be no more channels than departments" in refusal(add_number(desk))


def test_a_channel_that_is_there_is_saved_whatever_the_departments(desk: Desk) -> None:
	departments(0)
	channel = frappe.get_doc(CHANNEL, desk.channel)
	for enabled in (0, 1):
		channel.enabled = enabled
		channel.save()
	assert frappe.db.get_value(CHANNEL, desk.channel, "enabled") == 1


def test_a_deleted_department_warns_and_disables_nothing(desk: Desk) -> None:
	departments(0)
	spare = team("WhatsApp Test Team to go")
	frappe.clear_messages()
	teams.warn_before_deletion(frappe.get_doc("HD Team", spare))
	assert frappe.local.message_log == []
	frappe.delete_doc("HD Team", spare, force=True, ignore_permissions=True)
	frappe.clear_messages()
	teams.warn_before_deletion(frappe.get_doc("HD Team", TEAM))
	(message,) = frappe.local.message_log
	used = frappe.db.count(CHANNEL)
	said = message["message"] if isinstance(message, dict) else message
	assert f"There will be {used} WhatsApp Channels and {used - 1} departments" in said
	assert frappe.db.get_value(CHANNEL, desk.channel, "enabled") == 1


def test_a_department_that_receives_messages_is_not_deleted(desk: Desk) -> None:
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("HD Team", TEAM, ignore_permissions=True)
	frappe.db.rollback()


@pytest.mark.parametrize("free", [0, 1, 2])
def test_four_administrators_at_once(desk: Desk, host: Any, free: int) -> None:
	departments(free)
	numbers = [add_number(desk, index) for index in range(2, 6)]
	calls = [[f"Channel {index}", number, TEAM] for index, number in enumerate(numbers)]
	answers = at_once(host.environment(), "tests.app.setup_steps.insert_channel", calls)
	frappe.db.commit()
	assert sorted(answer == "" for answer in answers) == [False] * (4 - free) + [True] * free
	told = [answer for answer in answers if answer]
	assert all("There can be no more channels" in text or "Save once more" in text for text in told)
	assert frappe.db.count(CHANNEL) == 1 + free


def test_two_administrators_with_the_same_number_at_once(desk: Desk, host: Any) -> None:
	departments(2)
	number = add_number(desk)
	calls = [[number, name, TEAM] for name in ("One", "Two")]
	answers = at_once(host.environment(), "whatsapp_channel.onboarding.channel_setup.create_channel", calls)
	frappe.db.commit()
	assert sorted(answer == "" for answer in answers) == [False, True]
	assert frappe.db.count(CHANNEL, {"number": number}) == 1


# Step 4 of the set-up


def test_the_set_up_makes_the_channel(changeable: Desk, room: Desk) -> None:
	icon = upload(png())
	made = channels.create_channel(add_number(room), "Sales", TEAM, icon, "Off", "Block")
	view = channels.channel_view(made)
	assert view["name"] == "Sales"
	assert (view["number"], view["icon"], view["department"]) == ("300000000000002", icon, TEAM)
	assert view["enabled"] is True
	assert view["wa_link"] == "https://wa.me/15550100302"
	assert view["qr_svg"].startswith("<svg")
	assert view["status"] == frappe.db.get_value(CHANNEL, made, "status")
	settings = frappe.get_single("WhatsApp Channel Settings")
	assert (settings.trial_policy, settings.credit_policy) == ("Off", "Block")


# What is stored of the number, why no channel is made of it.
NUMBERS = {
	"not verified": ("Not Verified", "", "The number is not verified yet"),
	"not verified, not registered": ("Not Verified", "PENDING", "The number is not verified yet"),
	"expired, disconnected": ("Expired", "DISCONNECTED", "The number is not verified yet"),
	"verified, not registered": ("Verified", "PENDING", "The number is not registered yet"),
	"verified, registered": ("Verified", "CONNECTED", None),
	"entered by hand, nothing known": ("", "", None),
	"Meta's own test number": ("Not Verified", "CONNECTED", None),
	"connected, its code is old": ("Expired", "CONNECTED", None),
}


@pytest.mark.parametrize(("verification", "status", "why"), NUMBERS.values(), ids=NUMBERS)
def test_the_set_up_wants_a_number_that_works(
	room: Desk, verification: str, status: str, why: str | None
) -> None:
	number = add_number(room)
	frappe.db.set_value("WhatsApp Number", number, {"verification": verification, "meta_status": status})
	frappe.db.commit()
	if why is None:
		assert channels.create_channel(number, "Sales", TEAM) == "Sales"
		return
	with pytest.raises(frappe.ValidationError, match=why):
		channels.create_channel(number, "Sales", TEAM)


def test_a_refused_channel_changes_no_policy(changeable: Desk, desk: Desk) -> None:
	departments(0)
	number = add_number(desk)
	with pytest.raises(frappe.ValidationError, match="no more channels than departments"):
		channels.create_channel(number, "Sales", TEAM, "", "Off", "Block")
	settings = frappe.get_single("WhatsApp Channel Settings")
	assert (settings.trial_policy, settings.credit_policy) == ("Guide", "Record Only")


POLICIES = {
	"both": (("Off", "Block"), ("Off", "Block")),
	"trial_alone": (("Meta's Present Limits", ""), ("Meta's Present Limits", "Record Only")),
	"neither": (("", ""), ("Guide", "Record Only")),
}


@pytest.mark.parametrize(("given", "expected"), POLICIES.values(), ids=POLICIES)
def test_policies(changeable: Desk, given: tuple[str, str], expected: tuple[str, str]) -> None:
	channels.set_policies(*given)
	settings = frappe.get_single("WhatsApp Channel Settings")
	assert (settings.trial_policy, settings.credit_policy) == expected


def test_an_unknown_policy_is_refused(changeable: Desk) -> None:
	with pytest.raises(frappe.ValidationError, match="Trial"):
		channels.set_policies("Never", "")


def test_departments_to_choose_from(desk: Desk) -> None:
	assert TEAM in [each["name"] for each in channels.departments()]
	assert len(channels.departments()) == teams.count()
