"""Step 2 of the set-up: what customers see of the business (Z28)."""

import json
from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.conftest import user, write_settings
from tests.app.setup_steps import upload
from tests.pictures import GIF, jpeg, png
from whatsapp_channel.onboarding import number as numbers
from whatsapp_channel.onboarding import profile, uploaded_files
from whatsapp_channel.sandbox import Sandbox

ACCOUNT = "WhatsApp Business Account"
NUMBER = "WhatsApp Number"
WHOLE = {
	"display_name": "Lucky Shrub",
	"category": "RETAIL",
	"description": "Plants for shade.",
	"about": "Open daily",
	"address": "1 Main Street",
	"email": "info@example.com",
	"websites": ["https://example.com/"],
}


@pytest.fixture
def account(site: Any, sandbox: Sandbox) -> str:
	"""A linked account without a number."""
	write_settings(sandbox)
	values = {"account_name": "Test", "waba_id": sandbox.config.waba_id}
	frappe.get_doc({"doctype": ACCOUNT, **values, "access_token": sandbox.config.token}).insert()
	frappe.db.set_value(ACCOUNT, sandbox.config.waba_id, "token_app_id", sandbox.config.app_id)
	frappe.db.commit()
	return sandbox.config.waba_id


@pytest.fixture
def number(account: str, sandbox: Sandbox) -> str:
	"""A number that is registered."""
	return numbers.choose_number(account, sandbox.config.phone_number_id)


def save(account: str, number: str | None = None, **changes: Any) -> None:
	profile.save_profile(account, **{**WHOLE, **changes}, number=number)


def refusal(account: str, number: str | None = None, **changes: Any) -> str:
	with pytest.raises(frappe.ValidationError) as caught:
		save(account, number, **changes)
	frappe.db.rollback()
	return str(caught.value)


def at_meta(sandbox: Sandbox) -> dict[str, Any]:
	return sandbox.numbers[sandbox.config.phone_number_id].profile


def asked(sandbox: Sandbox) -> str | None:
	"""The display name that waits for Meta's review."""
	return sandbox.numbers[sandbox.config.phone_number_id].fields.get("new_display_name")


def view(account: str, number: str | None = None) -> dict[str, Any]:
	frappe.db.commit()
	return profile.profile_view(account, number)


# The draft


def test_a_draft_is_kept_until_there_is_a_number(account: str, sandbox: Sandbox) -> None:
	save(account)
	assert view(account) == {**WHOLE, "picture": "", "problems": [], "saved": True}
	assert at_meta(sandbox) == {"vertical": "UNDEFINED"}


def test_nothing_was_entered(account: str) -> None:
	empty = {**dict.fromkeys(WHOLE, ""), "websites": [], "picture": "", "problems": [], "saved": False}
	assert view(account) == empty
	assert profile.profile_view(None) == empty


def test_without_a_draft_the_numbers_own_profile_is_shown(
	account: str, number: str, sandbox: Sandbox
) -> None:
	frappe.db.set_value(NUMBER, number, {"category": "EDU", "websites": "https://a.com\nhttps://b.com"})
	shown = view(account, number)
	assert shown["display_name"] == sandbox.config.name
	assert (shown["category"], shown["websites"]) == ("EDU", ["https://a.com", "https://b.com"])
	assert shown["saved"] is False


WEBSITES = {
	"list": ["https://a.com", "https://b.com"],
	"lines": "https://a.com\nhttps://b.com\n",
	"tuple": ("a.com", "b.com"),
}


@pytest.mark.parametrize("given", WEBSITES.values(), ids=WEBSITES)
def test_websites_as_a_page_may_send_them(account: str, given: Any) -> None:
	save(account, websites=given)
	assert view(account)["websites"] == ["https://a.com", "https://b.com"]


REFUSED = {
	"name": ({"display_name": "x"}, "Display Name: It has 1 characters"),
	"category": ({"category": "PLANTS"}, "Category: PLANTS is none of"),
	"description": ({"description": "d" * 513}, "Description: It has 513 characters"),
	"about": ({"about": "a" * 140}, "About: It has 140 characters"),
	"address": ({"address": "a" * 257}, "Address: It has 257 characters"),
	"email": ({"email": "nobody"}, "E-mail: nobody is no e-mail address"),
	"websites": ({"websites": ["a.com", "b.com", "c.com"]}, "Websites: There are 3 websites"),
	"escaped": ({"email": "<b>"}, "E-mail: &lt;b&gt; is no e-mail address"),
}


@pytest.mark.parametrize(("changes", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_meta_would_refuse_is_not_kept(account: str, changes: dict[str, Any], problem: str) -> None:
	save(account)
	assert problem in refusal(account, **changes)
	assert view(account)["display_name"] == WHOLE["display_name"]


def test_braces_are_text(account: str) -> None:
	assert "E-mail: {0}{email} is no e-mail address" in refusal(account, email="{0}{email}")


# Sending


def test_a_registered_number_gets_it_at_once(account: str, number: str, sandbox: Sandbox) -> None:
	save(account, number)
	assert at_meta(sandbox) == {
		"vertical": "RETAIL",
		**{name: WHOLE[name] for name in ("description", "about", "address", "email", "websites")},
	}
	assert asked(sandbox) == "Lucky Shrub"
	fields = ["requested_name", "name_status", "category", "about", "websites"]
	frappe.db.commit()
	assert frappe.db.get_value(NUMBER, number, fields) == (
		"Lucky Shrub",
		"PENDING_REVIEW",
		"RETAIL",
		"Open daily",
		"https://example.com/",
	)


def test_a_number_gets_it_as_soon_as_it_is_registered(account: str, sandbox: Sandbox) -> None:
	save(account)
	added = numbers.add_number(account, "+15550100301")
	numbers.request_code(added, "SMS")
	numbers.verify_code(added, sandbox.phone_texts[-1].code)
	assert sandbox.numbers[added].profile.get("description") is None
	numbers.register(added)
	assert sandbox.numbers[added].profile["description"] == "Plants for shade."
	assert "new_display_name" not in sandbox.numbers[added].fields


def test_a_chosen_number_that_is_registered_gets_it(account: str, sandbox: Sandbox) -> None:
	save(account)
	numbers.choose_number(account, sandbox.config.phone_number_id)
	assert at_meta(sandbox)["description"] == "Plants for shade."


def test_a_number_with_a_channel_keeps_the_profile_that_it_has(desk: Any) -> None:
	save(desk.account)
	numbers.choose_number(desk.account, desk.number)
	assert at_meta(desk.sandbox) == {"vertical": "UNDEFINED"}
	assert asked(desk.sandbox) is None


def test_what_did_not_change_is_not_sent_again(account: str, number: str, sandbox: Sandbox) -> None:
	save(account, number)
	at_meta(sandbox)["about"] = "changed in WhatsApp Manager"
	save(account, number)
	assert at_meta(sandbox)["about"] == "changed in WhatsApp Manager"
	assert len(sandbox.numbers[number].names_asked) == 1


def test_the_name_in_use_is_not_asked_for(account: str, number: str, sandbox: Sandbox) -> None:
	save(account, number, display_name=sandbox.config.name)
	assert asked(sandbox) is None


def test_a_refused_name_may_be_asked_for_again(account: str, number: str, sandbox: Sandbox) -> None:
	save(account, number)
	frappe.db.set_value(NUMBER, number, {"name_status": "DECLINED", "name_rejection": "?"})
	save(account, number)
	assert len(sandbox.numbers[number].names_asked) == 2
	frappe.db.commit()
	assert not frappe.db.get_value(NUMBER, number, "name_rejection")


def test_what_is_emptied_is_emptied_at_meta(account: str, number: str, sandbox: Sandbox) -> None:
	save(account, number)
	save(account, number, address="", email="", websites=[], about="")
	kept = at_meta(sandbox)
	assert (kept.get("address"), kept.get("email"), kept.get("websites")) == ("", "", [])
	assert kept["about"] == "Open daily"


def test_what_was_never_entered_is_left_alone(account: str, number: str, sandbox: Sandbox) -> None:
	at_meta(sandbox).update(address="entered in WhatsApp Manager", email="a@b.com")
	save(account, number, address="", email="")
	assert at_meta(sandbox)["address"] == "entered in WhatsApp Manager"
	assert at_meta(sandbox)["email"] == "a@b.com"


def test_what_meta_refuses_is_told_and_the_draft_kept(account: str, number: str, sandbox: Sandbox) -> None:
	sandbox.numbers[number].names_asked = [sandbox.clock()] * 10
	text = refusal(account, number)
	assert text.startswith("Display Name: ")
	assert "A display name can be changed 10 times in 30 days." in text
	shown = view(account, number)
	assert shown["display_name"] == "Lucky Shrub"
	assert "10 times in 30 days" in shown["problems"][0]
	assert at_meta(sandbox)["description"] == "Plants for shade."
	sandbox.numbers[number].names_asked = []
	save(account, number)
	assert view(account)["problems"] == []


def test_a_refusal_does_not_undo_a_registration(account: str, sandbox: Sandbox) -> None:
	save(account)
	added = numbers.add_number(account, "+15550100301")
	numbers.request_code(added, "SMS")
	numbers.verify_code(added, sandbox.phone_texts[-1].code)
	sandbox.numbers[added].names_asked = [sandbox.clock()] * 10
	save(account, display_name="Another Name")
	numbers.register(added)
	assert sandbox.numbers[added].connected
	assert "Display Name: " in view(account)["problems"][0]


def test_registering_a_number_with_a_channel_leaves_its_profile(desk: Any) -> None:
	save(desk.account)
	numbers.register(desk.number)
	assert at_meta(desk.sandbox) == {"vertical": "UNDEFINED"}
	assert asked(desk.sandbox) is None


def test_a_draft_that_is_saved_while_meta_is_asked_stays(
	account: str, number: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
	save(account)
	sandbox.numbers[number].names_asked = [sandbox.clock()] * 10
	send_picture = profile._send_picture

	def another_administrator(*arguments: Any) -> None:
		send_picture(*arguments)
		save(account, about="Closed on Sundays")

	monkeypatch.setattr(profile, "_send_picture", another_administrator)
	assert "10 times in 30 days" in profile.send_draft(number)[0]
	shown = view(account)
	assert (shown["about"], shown["problems"]) == ("Closed on Sundays", [])


def test_meta_out_of_reach(account: str, number: str) -> None:
	frappe.db.set_single_value("WhatsApp Channel Settings", "api_base_url", "http://127.0.0.1:9")
	frappe.db.commit()
	assert "could not connect to Meta" in refusal(account, number)
	assert view(account)["saved"] is True


# The picture


@pytest.mark.parametrize(
	("content", "name"),
	[(png(width=192, height=192), "p.png"), (jpeg(640, 640), "p.jpg")],
	ids=["png", "jpeg"],
)
def test_a_picture_is_uploaded_once(
	account: str, number: str, sandbox: Sandbox, content: bytes, name: str
) -> None:
	url = upload(content, name)
	save(account, number, picture=url)
	first = at_meta(sandbox)["profile_picture_url"]
	save(account, number, picture=url, about="Changed")
	assert at_meta(sandbox)["profile_picture_url"] == first
	assert view(account)["picture"] == url
	assert frappe.db.get_value(NUMBER, number, "picture") == url


PICTURES = {
	"gif": (GIF, "p.png", "neither JPEG nor PNG"),
	"too_small": (png(width=191, height=191), "p.png", "191 x 191 pixels"),
	"truncated": (png(width=192, height=192)[:-1], "p.png", "damaged"),
}


@pytest.mark.parametrize(("content", "name", "problem"), PICTURES.values(), ids=PICTURES)
def test_a_picture_is_refused_before_it_is_sent(
	account: str, content: bytes, name: str, problem: str
) -> None:
	text = refusal(account, picture=upload(content, name))
	assert text.startswith("Picture: ")
	assert problem in text


def test_a_picture_elsewhere_is_refused(account: str) -> None:
	assert "is no file of this site" in refusal(account, picture="https://example.com/p.png")


@pytest.fixture
def colleague(account: str) -> Iterator[str]:
	"""Another administrator."""
	yield user("whatsapp-colleague@example.com", "System Manager")
	frappe.set_user("Administrator")


# Whose picture it is, whether the colleague may use it.
OWNERS = {"private, another user's": (True, False), "public": (False, True)}


@pytest.mark.parametrize(("private", "allowed"), OWNERS.values(), ids=OWNERS)
def test_a_file_is_used_only_by_who_may_read_it(
	account: str, colleague: str, private: bool, allowed: bool
) -> None:
	url = upload(png(width=192, height=192), private=private)
	frappe.set_user(colleague)
	if allowed:
		save(account, picture=url)
		assert view(account)["picture"] == url
		return
	assert "is no file of this site that you may read" in refusal(account, picture=url)
	uploaded_files.attach(url, ACCOUNT, account, "profile_draft")
	assert not frappe.db.get_value("File", {"file_url": url}, "attached_to_name")


def test_ones_own_picture_is_seen_by_the_colleague_who_registers(
	account: str, number: str, colleague: str, sandbox: Sandbox
) -> None:
	url = upload(png(width=192, height=192))
	save(account, picture=url)
	frappe.set_user(colleague)
	assert profile.send_draft(number) == ()
	assert "profile_picture_url" in at_meta(sandbox)


def test_a_picture_needs_an_app(account: str, number: str, sandbox: Sandbox) -> None:
	frappe.db.set_value(ACCOUNT, account, "token_app_id", None)
	frappe.db.commit()
	text = refusal(account, number, picture=upload(png(width=192, height=192)))
	assert "Enter the Meta App ID" in text
	assert at_meta(sandbox)["description"] == "Plants for shade."


# Who may


def test_whoever_may_not_change_the_account_is_refused(account: str) -> None:
	frappe.set_user(user("whatsapp-agent@example.com", "Agent"))
	try:
		with pytest.raises(frappe.PermissionError):
			save(account)
	finally:
		frappe.set_user("Administrator")
	assert not frappe.db.get_value(ACCOUNT, account, "profile_draft")


def test_the_draft_is_plain_json(account: str) -> None:
	save(account)
	draft = json.loads(frappe.db.get_value(ACCOUNT, account, "profile_draft"))
	assert draft["profile"]["display_name"] == "Lucky Shrub"
