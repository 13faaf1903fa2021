"""What the sandbox remembers: configuration, switches, the business's numbers, messages, files and requests."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from typing import Any, get_type_hints

JSON = dict[str, Any]

# The 1- and 2-digit country calling codes of ITU-T E.164; every other code has three digits.
_SHORT_CODES = frozenset(
	[
		"1",
		"7",
		"20",
		"27",
		"30",
		"31",
		"32",
		"33",
		"34",
		"36",
		"39",
		"40",
		"41",
		"43",
		"44",
		"45",
		"46",
		"47",
		"48",
		"49",
		"51",
		"52",
		"53",
		"54",
		"55",
		"56",
		"57",
		"58",
		"60",
		"61",
		"62",
		"63",
		"64",
		"65",
		"66",
		"81",
		"82",
		"84",
		"86",
		"90",
		"91",
		"92",
		"93",
		"94",
		"95",
		"98",
	]
)
# Meta prefixes a business-scoped user id with the customer's country. These are enough for a sandbox.
_COUNTRIES = {
	"1": "US", "7": "RU", "27": "ZA", "31": "NL", "33": "FR", "34": "ES", "39": "IT", "41": "CH", "43": "AT",
	"44": "GB", "49": "DE", "52": "MX", "54": "AR", "55": "BR", "61": "AU", "62": "ID", "65": "SG", "81": "JP",
	"86": "CN", "90": "TR", "91": "IN", "92": "PK", "234": "NG", "254": "KE", "966": "SA", "971": "AE",
}  # fmt: skip


class SandboxError(ValueError):
	"""A request to the sandbox itself (not to its Graph API) that cannot be done; the text says why."""


def utc_now() -> datetime:
	"""Present time, timezone-aware UTC."""
	return datetime.now(timezone.utc)


def digits_of(text: str) -> str:
	"""Only the digits of a phone number: "+1 (415) 555-0100" -> "14155550100"."""
	return "".join(character for character in text if character in "0123456789")


def e164_digits(text: str) -> str:
	"""Digits of an E.164 number (country code and 7 to 15 digits in all); raises SandboxError otherwise."""
	digits = digits_of(text)
	if not 7 <= len(digits) <= 15 or digits.startswith("0") or set(text) - set("+0123456789 ()-."):
		raise SandboxError(
			f"number: {text!r} is not a phone number in international form. "
			"Write + and the country code, for example +1 415 555 0100."
		)
	return digits


def calling_code(digits: str) -> str:
	"""Country calling code at the start of a number."""
	return next((digits[:size] for size in (1, 2) if digits[:size] in _SHORT_CODES), digits[:3])


def country_of(digits: str) -> str:
	"""ISO country of a number's calling code, "ZZ" for one that the sandbox does not know."""
	return _COUNTRIES.get(calling_code(digits), "ZZ")


def displayed(digits: str) -> str:
	"""A number as Graph shows it: "+1 555-010-0200"."""
	code = calling_code(digits)
	rest = digits[len(code) :]
	if len(rest) < 7:
		return f"+{code} {rest}"
	return (
		f"+{code} {rest[:-7]}-{rest[-7:-4]}-{rest[-4:]}"
		if len(rest) > 7
		else f"+{code} {rest[:3]}-{rest[3:]}"
	)


@dataclass(frozen=True, slots=True)
class Config:
	"""Identity and credentials of the simulated Meta app and WhatsApp Business Account.

	The credentials are random by default: everybody would know a fixed value, and it would open every helpdesk whose
	settings still contain it.
	"""

	app_id: str = "400000000000001"
	app_name: str = "Helpdesk (sandbox)"
	app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
	verify_token: str = field(default_factory=lambda: secrets.token_hex(16))
	token: str = field(default_factory=lambda: "EAA" + secrets.token_hex(60))
	config_id: str = "800000000000001"  # configuration of Facebook Login for Business
	business_id: str = "500000000000001"
	waba_id: str = "200000000000001"
	phone_number_id: str = "300000000000001"
	number: str = "+15550100200"
	name: str = "Sandbox Business"
	callback_url: str | None = None


@dataclass(slots=True)
class Settings:
	"""Switches that may change while the sandbox runs. Times in seconds unless the name says ms."""

	statuses: str = "auto"  # auto: sent, then delivered; manual: only `mark` and failures
	auto_read: bool = False  # with auto: "read" follows at once
	window: str = "async"  # free-form outside 24 h: failed status (async), HTTP error (sync), allowed (off)
	unknown_recipient: str = (
		"failed"  # number not on WhatsApp: failed status 131026 (failed), or accepted (accept)
	)
	user_ids: bool = True  # customers have a business-scoped user id, as since April 2026
	webhook_version: int = 26  # below 24 every status carries a conversation object
	status_delay_ms: int = 0  # pause between an accepted message and its first status
	retry_delays: tuple[float, ...] = (
		0.05,
		0.1,
		0.2,
		0.5,
		1.0,
		2.0,
		5.0,
		10.0,
		30.0,
		60.0,
	)  # last one repeats
	give_up_after: float = 7 * 24 * 3600.0  # Meta retries for 7 days
	webhook_timeout: float = 10.0
	status_first_timeout: float = 5.0  # how long fault status_first waits for the webhook's answer

	def update(self, changes: JSON) -> None:
		"""Sets several switches; raises SandboxError naming the first one that is unknown or has a wrong type."""
		for name, value in changes.items():
			setattr(self, name, _checked(name, value))


_CHOICES = {
	"statuses": ("auto", "manual"),
	"window": ("async", "sync", "off"),
	"unknown_recipient": ("failed", "accept"),
}


def _checked(name: str, value: Any) -> Any:
	"""The value of a switch after a check of its type."""
	known = [item.name for item in fields(Settings)]
	if name not in known:
		raise SandboxError(f"settings: there is no setting {name!r}. Known: {', '.join(known)}.")
	if name in _CHOICES and value not in _CHOICES[name]:
		raise SandboxError(f"settings.{name}: {value!r} is not one of {', '.join(_CHOICES[name])}.")
	if name == "retry_delays":
		if not isinstance(value, list | tuple) or not value or not all(_is_number(item) for item in value):
			raise SandboxError("settings.retry_delays: give a list of seconds, for example [0.1, 1, 10].")
		return tuple(float(item) for item in value)
	kind = get_type_hints(Settings)[name]
	fits = _is_number(value) if kind in (int, float) else isinstance(value, kind)
	if not fits:
		raise SandboxError(f"settings.{name}: {value!r} is not a {kind.__name__}.")
	return kind(value)


def _is_number(value: Any) -> bool:
	return isinstance(value, int | float) and not isinstance(value, bool) and bool(value >= 0)


@dataclass(slots=True)
class Number:
	"""A business phone number. `fields` overrides or adds fields of its Graph node; None hides a field."""

	id: str
	digits: str
	name: str
	fields: JSON = field(default_factory=dict)
	profile: JSON = field(default_factory=lambda: {"vertical": "UNDEFINED"})
	pin: str | None = None
	code: str | None = None
	waba_id: str = ""
	override: Callback | None = None  # another address for this number's messages
	code_at: datetime | None = None
	codes_sent: list[datetime] = field(default_factory=list)
	wrong_tries: int = 0
	locked_until: datetime | None = None
	registrations: list[datetime] = field(default_factory=list)
	registration_locked_until: datetime | None = None
	names_asked: list[datetime] = field(default_factory=list)

	@property
	def connected(self) -> bool:
		"""Only a CONNECTED number can send."""
		return bool(self.node()["status"] == "CONNECTED")

	def node(self) -> JSON:
		"""Every field that `GET /{phone number id}` can show."""
		standard: JSON = {
			"id": self.id,
			"is_official_business_account": False,
			"display_phone_number": displayed(self.digits),
			"verified_name": self.name,
			"account_mode": "LIVE",
			"quality_rating": "GREEN",
			"code_verification_status": "VERIFIED",
			"eligibility_for_api_business_global_search": "NON_ELIGIBLE_VERIFIED_LEVEL",
			"is_pin_enabled": self.pin is not None,
			"name_status": "APPROVED",
			"new_name_status": "NONE",
			"status": "CONNECTED",
			"search_visibility": "NON_VISIBLE",
			"messaging_limit_tier": "TIER_250",
			"whatsapp_business_manager_messaging_limit": "TIER_250",
			"platform_type": "CLOUD_API",
			"throughput": {"level": "STANDARD"},
			"is_on_biz_app": False,
			"last_onboarded_time": "2026-01-05T09:00:00+0000",
		}
		return {key: value for key, value in {**standard, **self.fields}.items() if value is not None}


@dataclass(frozen=True, slots=True)
class PhoneText:
	"""A text message (SMS) or call (VOICE) from WhatsApp to a business number, to verify it."""

	phone_number_id: str
	digits: str
	method: str
	language: str
	text: str
	code: str
	at: datetime


@dataclass(slots=True)
class MediaFile:
	"""An uploaded or received file."""

	id: str
	data: bytes
	mime_type: str
	filename: str | None = None


@dataclass(slots=True)
class Upload:
	"""A resumable upload. `handle` is set once the file is complete."""

	id: str
	length: int
	mime_type: str
	data: bytes = b""
	handle: str | None = None


@dataclass(slots=True)
class Message:
	"""One message of a conversation, seen from the sandbox."""

	wamid: str
	outgoing: bool  # True: business to customer
	wa_id: str
	phone_number_id: str
	at: datetime
	type: str
	raw: JSON
	status: str = "accepted"
	times: dict[str, datetime] = field(default_factory=dict)
	error: JSON | None = None
	reference: str | None = None
	read_by_business: bool = False
	delivery: int | None = None  # id of the webhook that carries an incoming message

	def text(self) -> str:
		"""The text in the chat bubble."""
		content = self.raw.get(self.type) or {}
		if self.type == "template":
			return f"[template] {content.get('name', '')}"
		if not isinstance(content, dict):
			return f"[{self.type}]"
		for part in (content.get("body"), content.get("caption"), content.get("emoji"), content.get("text")):
			if part:
				return str(part["text"] if isinstance(part, dict) else part)
		return f"[{self.type}] {content.get('filename') or content.get('name') or ''}".strip()


@dataclass(slots=True)
class Callback:
	"""Where webhooks go, and whether the address passed Meta's verification (None: not tried)."""

	url: str | None
	verify_token: str
	verified: bool | None = None
	problem: str | None = None


@dataclass(slots=True)
class Request:
	"""One request to the Graph API, without its token. `body` is the parsed JSON or form."""

	at: datetime
	method: str
	path: str
	version: str | None
	query: JSON
	body: JSON
	status: int | None = None  # None: the connection was closed without an answer
	faults: tuple[str, ...] = ()

	def to_json(self) -> JSON:
		"""For the control API."""
		return {**asdict(self), "at": self.at.isoformat()}
