"""The dialogs of Embedded Signup that are open, and the switches that say how it behaves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields
from typing import Any

from whatsapp_channel.sandbox.state.model import JSON, SandboxError

LOGIN, DONE = "LOGIN", "DONE"  # screens of the dialog that Meta's `current_step` does not name
BUSINESS, ACCOUNT = "BUSINESS_ACCOUNT_SELECTION", "WABA_PHONE_PROFILE_PICKER"
PROFILE, NUMBER = "WHATSAPP_BUSINESS_PROFILE_SETUP", "PHONE_NUMBER_SETUP"
VERIFICATION, PERMISSIONS = "PHONE_NUMBER_VERIFICATION", "PERMISSIONS"
SCREENS = (LOGIN, BUSINESS, ACCOUNT, PROFILE, NUMBER, VERIFICATION, PERMISSIONS, DONE)
REPORTED = "The customer reported a problem without an error on the screen."
REPORTED_CODE = "524126"


@dataclass(slots=True)
class Switches:
	"""How the sign-up behaves. They may change while the sandbox runs; `reset` sets them back."""

	event_before_code: bool = True  # the order in which the opener gets the two
	gap_ms: int = 100  # time between them
	omit_event: bool = False  # the opener gets no events at all
	omit_ids: bool = False  # the event contains no ids
	expire_code: bool = False  # the code expires at once
	wrong_origin: bool = False  # the dialog runs at another origin: localhost for 127.0.0.1, or the reverse
	third_party_cookies_blocked: bool = False  # the SDK's callback gets no code
	error_key: str = "error_code"  # or error_id: Meta's pages differ
	error_event: str = "CANCEL"  # or ERROR
	problems: dict[str, str] = field(default_factory=dict)  # screen -> the error that its next Continue shows
	token_days: int = 60  # 0: tokens never expire
	missing_scopes: tuple[str, ...] = ()  # removed from every token
	omit_targets: bool = False  # debug_token lists no accounts
	payment_method: bool = True  # for accounts made in the dialog, like the next two
	review: str = "APPROVED"
	verification: str = "not_verified"
	partner_webhook: bool = True  # account_update PARTNER_ADDED at the end

	def update(self, changes: JSON) -> None:
		"""Sets several switches; raises SandboxError naming the first one that is unknown or has a wrong type."""
		for name, value in changes.items():
			setattr(self, name, _checked(name, value))


_CHOICES = {"error_key": ("error_code", "error_id"), "error_event": ("CANCEL", "ERROR")}


def _checked(name: str, value: Any) -> Any:
	defaults = Switches()
	known = [item.name for item in fields(Switches)]
	if name not in known:
		raise SandboxError(f"signup: there is no switch {name!r}. Known: {', '.join(known)}.")
	if name in _CHOICES and value not in _CHOICES[name]:
		raise SandboxError(f"signup.{name}: {value!r} is not one of {', '.join(_CHOICES[name])}.")
	default = getattr(defaults, name)
	if isinstance(default, tuple) and isinstance(value, list | tuple):
		return tuple(str(item) for item in value)
	if type(value) is not type(default) or (isinstance(value, int) and value < 0):
		raise SandboxError(f"signup.{name}: {value!r} is not a {type(default).__name__}.")
	if name == "problems" and set(value) - set(SCREENS):
		raise SandboxError(f"signup.problems: name screens, of {', '.join(SCREENS)}.")
	return value


class Problem(Exception):
	"""The error that a screen shows instead of continuing. `field`: the name of the input that it is about."""

	def __init__(self, text: str, code: int | str | None = None, field: str | None = None) -> None:
		super().__init__(text)
		self.text, self.code, self.field = text, str(code or REPORTED_CODE), field


@dataclass(slots=True)
class Session:
	"""One opened dialog. `callback` is the SDK's word for this call of FB.login."""

	callback: str
	origin: str
	extras: JSON
	id: str = field(default_factory=lambda: secrets.token_hex(8))
	screen: str = LOGIN
	business_id: str | None = None
	waba_id: str | None = None
	profile: JSON = field(default_factory=dict)
	phone_number_id: str | None = None  # None on the last screen: only an account was made
	method: str = "SMS"
	code: str | None = None
	problem: Problem | None = None  # the last one that was shown
	outcome: str | None = None  # finished, cancelled or reported

	@property
	def setup(self) -> JSON:
		"""What the opener fills in beforehand [Meta: pre-filling screens]."""
		setup = self.extras.get("setup")
		return setup if isinstance(setup, dict) else {}
