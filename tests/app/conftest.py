"""One connected channel per test: account, number and channel entered by hand, Meta played by the sandbox."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from tests.app.desk import AGENT, TEAM, WEBHOOK, Desk
from tests.app.numbers import account, added, verified  # noqa: F401 (fixtures of this folder)
from tests.app.waiting import crasher, trouble  # noqa: F401 (fixtures of this folder)
from tests.credentials import GIVEN
from whatsapp_channel.inbound import drain
from whatsapp_channel.sandbox import Sandbox, serve
from whatsapp_channel.sandbox.state.model import Settings

SETTINGS = "WhatsApp Channel Settings"


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
	"""A turn is long enough for all that a test has waiting, however slow the machine is.

	With a MonkeyPatch of its own: that of a test is undone before the site is left.
	"""
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(drain, "BUDGET_SECONDS", 60)
		yield


@pytest.fixture
def sandbox(web: Any) -> Iterator[Sandbox]:
	"""Meta, with statuses that come only when a test asks for them."""
	settings = Settings(statuses="manual", retry_delays=(0.05,), give_up_after=120.0)
	made = Sandbox(settings=settings, callback_url=web.url + WEBHOOK, **GIVEN)
	with made as sandbox, serve(sandbox) as server:
		sandbox.url = server.url
		yield sandbox


@pytest.fixture
def desk(site: Any, web: Any, sandbox: Sandbox) -> Desk:
	"""A site with a working channel."""
	config = sandbox.config
	write_settings(sandbox)
	team()
	frappe.get_doc(
		{
			"doctype": "WhatsApp Business Account",
			"account_name": "Test Account",
			"waba_id": config.waba_id,
			"access_token": config.token,
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "WhatsApp Number",
			"number": config.number,
			"phone_number_id": config.phone_number_id,
			"account": config.waba_id,
		}
	).insert()
	channel = frappe.get_doc(
		{
			"doctype": "WhatsApp Channel",
			"channel_name": "Test Channel",
			"number": config.phone_number_id,
			"department": TEAM,
		}
	).insert()
	frappe.db.commit()
	return Desk(web, sandbox, config.waba_id, config.phone_number_id, channel.name)


def write_settings(sandbox: Sandbox) -> None:
	"""Settings as an administrator would enter them, but for the address, which only a server's owner may change."""
	settings = frappe.get_doc(SETTINGS)
	settings.verify_token = sandbox.config.verify_token
	settings.set("app_secrets", [{"label": "Test", "secret": sandbox.config.app_secret}])
	settings.api_base_url = None
	settings.save()
	frappe.db.set_single_value(SETTINGS, "api_base_url", sandbox.url)


def team(name: str = TEAM) -> str:
	"""A department, made if it is not there; the one that receives the messages unless another is named."""
	if not frappe.db.exists("HD Team", name):
		made = frappe.get_doc({"doctype": "HD Team", "team_name": name})
		# Members are mandatory since Helpdesk 1.28; the teams that it brings itself have none either.
		made.flags.ignore_mandatory = True
		made.insert(ignore_permissions=True)
	return name


@pytest.fixture
def agent(desk: Desk) -> str:
	"""A user with the role Agent and a password equal to the name."""
	return user(AGENT, "Agent")


def user(email: str, *roles: str) -> str:
	"""A user with these roles and a password equal to the name."""
	if not frappe.db.exists("User", email):
		document = frappe.get_doc(
			{
				"doctype": "User",
				"email": email,
				"first_name": email.split("@")[0],
				"send_welcome_email": 0,
				"new_password": email,
				"roles": [{"role": role} for role in roles],
			}
		)
		document.flags.ignore_password_policy = True
		document.insert(ignore_permissions=True)
	frappe.db.commit()
	return email
