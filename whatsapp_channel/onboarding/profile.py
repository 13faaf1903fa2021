"""Step 2: the business profile (Z28). Stored as a draft, and sent to Meta as soon as the number is registered."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import ProfileRow
from whatsapp_channel.accounts.status import publish
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError
from whatsapp_channel.database import in_transaction, lock_row, set_value, single_value
from whatsapp_channel.doctypes import ACCOUNT, CHANNEL, SETTINGS
from whatsapp_channel.onboarding import uploaded_files
from whatsapp_channel.onboarding.input_errors import as_validation_error
from whatsapp_channel.onboarding.number_node import client_of, is_registered, writable, write
from whatsapp_channel.onboarding.step_errors import in_words
from whatsapp_channel.rules.files.image import check_picture
from whatsapp_channel.rules.onboarding.profile_rules import Profile, check

STORED = ("category", "description", "about", "address", "email")


@dataclass(frozen=True, slots=True)
class Draft:
	"""The entered profile. `picture`: URL of a file of this site; `problems`: Meta's last objections."""

	profile: Profile
	picture: str = ""
	problems: tuple[str, ...] = field(default=())

	def to_json(self) -> str:
		"""For the account's row."""
		stored = {"picture": self.picture, "problems": self.problems}
		return json.dumps({"profile": self.profile.as_dict(), **stored})


def save_profile(
	account: str,
	display_name: str,
	category: str,
	description: str,
	about: str = "",
	address: str = "",
	email: str = "",
	websites: Iterable[str] | str = (),
	picture: str = "",
	number: str | None = None,
) -> None:
	"""Saves the profile as a draft and, if `number` is registered, sends it to Meta.

	Raises frappe.ValidationError naming a field that Meta would refuse, without saving; and for what Meta did refuse, after
	saving the draft.
	"""
	frappe.get_doc(ACCOUNT, account).check_permission("write")
	entered = Profile(
		display_name=display_name,
		category=category,
		description=description,
		about=about,
		address=address,
		email=email,
		websites=tuple(websites.splitlines() if isinstance(websites, str) else websites),
	)
	with as_validation_error():
		draft = Draft(check(entered), picture)
		if picture:
			upload = uploaded_files.read(_("Picture"), picture)
			check_picture(upload.content, upload.name)
	_keep(account, draft)
	if number and is_registered(number) and (problems := send_draft(number)):
		frappe.throw("<br>".join(problems), title=_("Refused by Meta"))


def name_for_new_number(account: str) -> str:
	"""The display name that Meta requires with a new number. Raises frappe.ValidationError if there is none."""
	draft = draft_of(account)
	if not draft:
		frappe.throw(
			_("Display Name: Meta wants it together with the number. Fill in the business profile first.")
		)
	return draft.profile.display_name


def draft_of(account: str) -> Draft | None:
	"""The draft of an account; None if nothing was entered."""
	stored = frappe.db.get_value(ACCOUNT, account, "profile_draft")
	if not stored:
		return None
	draft = json.loads(stored)
	return Draft(
		Profile.from_dict(draft["profile"]), draft.get("picture") or "", tuple(draft.get("problems") or ())
	)


def _keep(account: str, draft: Draft) -> None:
	"""Saves the draft in its own transaction, so that it is kept whatever Meta responds."""

	def work() -> None:
		lock_row(ACCOUNT, account)
		_store(account, draft)
		if draft.picture:
			# Another administrator may register the number.
			uploaded_files.attach(draft.picture, ACCOUNT, account, "profile_draft")

	in_transaction(work)


def _store(account: str, draft: Draft) -> None:
	set_value(ACCOUNT, account, "profile_draft", draft.to_json())
	publish(account)


def send_draft_to_new(number: str) -> None:
	"""Sends the draft unless the number has a channel: then customers know its profile already, and the draft may be meant
	for another number of the account."""
	if not frappe.db.exists(CHANNEL, {"number": number}):
		send_draft(number)


def send_draft(number: str) -> tuple[str, ...]:
	"""Sends the parts of the account's draft to Meta for a registered number, one by one; returns Meta's objections, which are
	also stored in the draft."""
	row = writable(number)
	draft = draft_of(row.account)
	if not draft:
		return ()
	client = client_of(row)
	parts = (
		(_("Display Name"), lambda: _send_name(client, row, draft.profile.display_name)),
		(_("Business Profile"), lambda: _send_profile(client, row, draft.profile)),
		(_("Picture"), lambda: _send_picture(client, row, draft.picture)),
	)
	problems = tuple(problem for label, part in parts if (problem := _refusal(label, part)))
	if problems != draft.problems:
		in_transaction(lambda: _note(row.account, draft, problems))
	return problems


def _note(account: str, sent: Draft, problems: tuple[str, ...]) -> None:
	"""Stores Meta's objections to a draft, unless a newer one was entered meanwhile."""
	lock_row(ACCOUNT, account)
	if draft_of(account) == sent:
		_store(account, replace(sent, problems=problems))


def _refusal(label: str, send: Callable[[], None]) -> str | None:
	try:
		send()
	except CloudAPIError as error:
		return f"{label}: {in_words(error)}"
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		return str(error)
	return None


def _send_name(client: CloudAPI, row: Document, name: str) -> None:
	"""Requests a new display name unless it is the same one: Meta reviews each and allows ten in 30 days."""
	asked = row.requested_name if (row.name_status or "").upper() != "DECLINED" else None
	if name in (row.verified_name, asked):
		return
	client.change_name(row.name, name)
	write(row.name, {"requested_name": name, "name_status": "PENDING_REVIEW", "name_rejection": None})


def _send_profile(client: CloudAPI, row: Document, profile: Profile) -> None:
	written = {name: getattr(profile, name) for name in STORED}
	sites = "\n".join(profile.websites)
	if written == {name: row.get(name) or "" for name in STORED} and sites == (row.websites or ""):
		return
	# A field that is empty and was never sent is left unchanged at Meta; the about text can be changed but not removed.
	optional = {
		name: written[name] if written[name] or row.get(name) else None for name in ("address", "email")
	}
	client.update_profile(
		row.name,
		about=profile.about or None,
		description=profile.description,
		vertical=profile.category,
		websites=profile.websites if sites or row.websites else None,
		**optional,
	)
	write(row.name, {**written, "websites": sites})


def _send_picture(client: CloudAPI, row: Document, picture: str) -> None:
	if not picture or picture == row.picture:
		return
	app = frappe.db.get_value(ACCOUNT, row.account, "token_app_id") or single_value(SETTINGS, "meta_app_id")
	if not app:
		frappe.throw(
			_(
				"Picture: Meta takes it through an app. Enter the Meta App ID in the WhatsApp Channel Settings."
			)
		)
	upload = uploaded_files.read(_("Picture"), picture)
	with as_validation_error():
		image = check_picture(upload.content, upload.name)
	handle = client.upload_picture(app, upload.content, image.mime_type)
	client.update_profile(row.name, picture_handle=handle)
	write(row.name, {"picture": picture})


def profile_view(account: str | None, number: str | None = None) -> dict[str, Any]:
	"""The draft for the page, or else the number's known profile at Meta. `problems`: Meta's objections."""
	draft = draft_of(account) if account else None
	if draft:
		shown = {**draft.profile.as_dict(), "picture": draft.picture, "problems": list(draft.problems)}
		return {**shown, "saved": True}
	known = rows.one(ProfileRow, number)
	return {
		"display_name": (known and known.verified_name) or "",
		**{name: (known and getattr(known, name)) or "" for name in STORED},
		"websites": ((known and known.websites) or "").splitlines(),
		"picture": (known and known.picture) or "",
		"problems": [],
		"saved": False,
	}
