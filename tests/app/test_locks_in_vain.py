"""What must not be done by two at once is not done at all while somebody else keeps the lock, and can be done afterwards."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe
import pytest
from frappe.installer import update_site_config

from whatsapp_channel import encryption, settings
from whatsapp_channel.database import named_lock
from whatsapp_channel.doctypes import SECRET
from whatsapp_channel.onboarding import signup, signup_rows
from whatsapp_channel.rules.onboarding.signup_rules import SignupState

APP = "400000000000009"


@dataclass(frozen=True)
class Work:
	"""Work under a lock; `begin` prepares it and returns the name of the lock, `done` says whether it was done."""

	begin: Callable[[], str]
	do: Callable[[], Any]
	done: Callable[[], bool]
	patience: tuple[Any, str]


def newest() -> str:
	return frappe.get_all("WhatsApp Signup", pluck="name", order_by="creation desc", limit=1)[0]


def begin_signup() -> str:
	name = signup_rows.create(None)
	frappe.db.commit()
	return f"signup:{name}"


def without_key() -> str:
	update_site_config(encryption.KEY, "None")
	frappe.conf.pop(encryption.KEY, None)
	return encryption.KEY


def without_token() -> str:
	frappe.db.delete("Singles", {"doctype": settings.SETTINGS, "field": "verify_token"})
	frappe.db.delete("__Auth", {"doctype": settings.SETTINGS, "fieldname": "verify_token"})
	frappe.db.commit()
	return settings.LOCK


WORK = {
	"the encryption key": Work(
		without_key,
		encryption.ensure_key,
		lambda: bool(frappe.get_site_config().get(encryption.KEY)),
		(encryption, "LOCK_SECONDS"),
	),
	"an app secret": Work(
		lambda: settings.LOCK,
		lambda: settings.add_secret(APP, "a secret of nobody"),
		lambda: bool(frappe.db.exists(SECRET, {"app_id": APP})),
		(settings, "LOCK_SECONDS"),
	),
	"the verify token": Work(
		without_token,
		settings.ensure_verify_token,
		lambda: bool(settings.stored_verify_token()),
		(settings, "LOCK_SECONDS"),
	),
	"the code of a sign-up": Work(
		begin_signup,
		lambda: signup.take_code(newest(), "code"),
		lambda: signup_rows.view(newest()).state != SignupState.STARTED,
		(signup, "EXCHANGE_SECONDS"),
	),
}


@contextmanager
def held(lock: str, host: Any) -> Iterator[None]:
	"""Another connection holds the lock meanwhile."""
	has_it, enough = threading.Event(), threading.Event()

	def hold() -> None:
		host.connect()
		try:
			with named_lock(lock) as mine:
				assert mine
				has_it.set()
				enough.wait(60)
		finally:
			host.disconnect()

	holder = threading.Thread(target=hold)
	holder.start()
	try:
		assert has_it.wait(60)
		yield
	finally:
		enough.set()
		holder.join(60)


@pytest.fixture
def key_is_put_back(site: Any) -> Iterator[None]:
	key = frappe.conf.get(encryption.KEY)
	yield
	update_site_config(encryption.KEY, key)
	frappe.conf[encryption.KEY] = key


@pytest.mark.parametrize("name", WORK)
def test_who_waits_in_vain_does_nothing(
	name: str, site: Any, host: Any, key_is_put_back: None, monkeypatch: pytest.MonkeyPatch
) -> None:
	work = WORK[name]
	monkeypatch.setattr(*work.patience, 0.1)
	lock = work.begin()
	with held(lock, host), pytest.raises(frappe.ValidationError, match="right now"):
		work.do()
	frappe.db.rollback()
	assert not work.done()
	frappe.clear_messages()
	work.do()
	assert work.done()
