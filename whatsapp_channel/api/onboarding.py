"""The four steps of the set-up page (Z24), for System Managers only (Z25).

Unless stated otherwise, each function returns the state of the set-up (see onboarding/progress.py) and raises
frappe.ValidationError with what happened and how to fix it. No result or error may contain a secret, so the result is also
computed within `explained`.
"""

from typing import Any

import frappe

from whatsapp_channel import logs
from whatsapp_channel.onboarding import channel_setup as channels
from whatsapp_channel.onboarding import link, profile, progress, sample_message, signup_rows, subscription
from whatsapp_channel.onboarding import number as numbers_at_meta
from whatsapp_channel.onboarding import signup as signups
from whatsapp_channel.onboarding.step_errors import explained

ROLE = "System Manager"
State = dict[str, Any]


@frappe.whitelist(methods=["POST"])
@logs.request
def state(account: str | None = None, number: str | None = None) -> State:
	"""The state of the set-up, without asking Meta."""
	frappe.only_for(ROLE)
	with explained():
		return progress.state(account, number)


@frappe.whitelist(methods=["POST"])
@logs.request
def refresh(account: str) -> State:
	"""Reads the account and its numbers from Meta again."""
	frappe.only_for(ROLE)
	with explained():
		link.refresh(account)
		return progress.state(account)


# Step 1: link Facebook and WhatsApp Business accounts (Z27)


@frappe.whitelist(methods=["POST"])
@logs.request
def begin_signup(account: str | None = None) -> dict[str, str]:
	"""Begins Embedded Signup, to link or, with `account`, to reconnect; returns its name as `signup`."""
	frappe.only_for(ROLE)
	with explained():
		return {"signup": signups.begin(account)}


@frappe.whitelist(methods=["POST"])
@logs.request
def signup_code(signup: str, code: str) -> State:
	"""Takes the code of Meta's dialog; returns `signup` and `state`. The code is valid for 30 seconds: send it at once."""
	frappe.only_for(ROLE)
	with explained():
		return _signup_answer(signups.take_code(signup, code))


@frappe.whitelist(methods=["POST"])
@logs.request
def signup_event(signup: str, event: dict | str) -> State:
	"""Takes an event of Meta's dialog, before or after the code; returns `signup` and `state`."""
	frappe.only_for(ROLE)
	with explained():
		return _signup_answer(signups.take_event(signup, event))


@frappe.whitelist(methods=["POST"])
@logs.request
def choose_account(signup: str, waba_id: str) -> State:
	"""Chooses which of several shared accounts to link; returns `signup` and `state`."""
	frappe.only_for(ROLE)
	with explained():
		return _signup_answer(signups.choose_account(signup, waba_id))


@frappe.whitelist(methods=["POST"])
@logs.request
def continue_signup(signup: str) -> State:
	"""Continues a sign-up that was interrupted after its code was exchanged; returns `signup` and `state`."""
	frappe.only_for(ROLE)
	with explained():
		return _signup_answer(signups.go_on(signup))


@frappe.whitelist(methods=["POST"])
@logs.request
def link_manually(access_token: str, waba_id: str, app_secret: str = "") -> State:
	"""Links an account by a token, after Meta has confirmed it: the second way of Z3."""
	frappe.only_for(ROLE)
	with explained():
		linked = link.link_manually(access_token, waba_id, app_secret)
		return progress.state(linked.account, problem=linked.problem)


@frappe.whitelist(methods=["POST"])
@logs.request
def subscribe(account: str) -> State:
	"""Subscribes to the account's webhooks, and asks Meta whether they are posted here."""
	frappe.only_for(ROLE)
	with explained():
		subscription.subscribe(account)
		return progress.state(account)


# Step 2: the business profile (Z28)


@frappe.whitelist(methods=["POST"])
@logs.request
def save_profile(
	account: str,
	display_name: str,
	category: str,
	description: str,
	about: str = "",
	address: str = "",
	email: str = "",
	websites: list | str | None = None,
	picture: str = "",
	number: str | None = None,
) -> State:
	"""Saves the business profile, and sends it to Meta once the number is registered."""
	frappe.only_for(ROLE)
	with explained():
		profile.save_profile(
			account,
			display_name,
			category,
			description,
			about,
			address,
			email,
			frappe.parse_json(websites) or [],
			picture,
			number,
		)
		return progress.state(account, number)


# Step 3: the number (Z29 to Z31)


@frappe.whitelist(methods=["POST"])
@logs.request
def numbers(account: str) -> dict[str, Any]:
	"""The account's numbers at Meta, as `numbers`, each with whether it can be chosen."""
	frappe.only_for(ROLE)
	with explained():
		return numbers_at_meta.numbers(account)


@frappe.whitelist(methods=["POST"])
@logs.request
def choose_number(account: str, phone_number_id: str) -> State:
	"""Continues the set-up with one of the account's numbers."""
	frappe.only_for(ROLE)
	with explained():
		numbers_at_meta.choose_number(account, phone_number_id)
		return progress.state(account, phone_number_id)


@frappe.whitelist(methods=["POST"])
@logs.request
def add_number(account: str, number: str) -> State:
	"""Adds a phone number to the account and continues the set-up with it."""
	frappe.only_for(ROLE)
	with explained():
		added = numbers_at_meta.add_number(account, number)
		return progress.state(account, added)


@frappe.whitelist(methods=["POST"])
@logs.request
def request_code(number: str, method: str, language: str | None = None) -> State:
	"""Requests the verification code by text message (SMS) or voice call (VOICE), in the administrator's language (Z30)."""
	frappe.only_for(ROLE)
	with explained():
		numbers_at_meta.request_code(number, method, language)
		return progress.state(number=number)


@frappe.whitelist(methods=["POST"])
@logs.request
def verify_code(number: str, code: str) -> State:
	"""Verifies the number with the six-digit code (Z31)."""
	frappe.only_for(ROLE)
	with explained():
		numbers_at_meta.verify_code(number, code)
		return progress.state(number=number)


@frappe.whitelist(methods=["POST"])
@logs.request
def register(number: str, pin: str = "") -> State:
	"""Registers the verified number for sending; without `pin`, with a generated one that is stored encrypted."""
	frappe.only_for(ROLE)
	with explained():
		numbers_at_meta.register(number, pin)
		return progress.state(number=number)


# Step 4: the channel (Z32 to Z35)


@frappe.whitelist(methods=["POST"])
@logs.request
def create_channel(
	number: str,
	channel_name: str,
	department: str,
	icon: str = "",
	trial_policy: str = "",
	credit_policy: str = "",
) -> State:
	"""Offers the number to a department."""
	frappe.only_for(ROLE)
	with explained():
		channels.create_channel(number, channel_name, department, icon, trial_policy, credit_policy)
		return progress.state(number=number)


@frappe.whitelist(methods=["POST"])
@logs.request
def set_policies(trial: str, credit: str) -> State:
	"""Changes the policies for the trial and for used-up credits."""
	frappe.only_for(ROLE)
	with explained():
		channels.set_policies(trial, credit)
		return progress.state()


@frappe.whitelist(methods=["POST"])
@logs.request
def test_state(channel: str) -> dict[str, Any]:
	"""The state of the test message: `received`, `reply` and `window_open`."""
	frappe.only_for(ROLE)
	with explained():
		return sample_message.state(channel)


@frappe.whitelist(methods=["POST"])
@logs.request
def send_test(channel: str, message: str) -> dict[str, Any]:
	"""Replies to a customer's message that `test_state` has shown; returns what `test_state` returns."""
	frappe.only_for(ROLE)
	with explained():
		sample_message.send(channel, message)
		return sample_message.state(channel)


def _signup_answer(signup: str) -> State:
	row = signup_rows.view(signup)
	return {"signup": row.as_answer(), "state": progress.state(row.account, row.number, problem=row.problem)}
