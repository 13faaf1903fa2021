"""Meta's responses as typed objects. Unknown keys are ignored; a missing or invalid value is None."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import (
	BaseModel,
	ConfigDict,
	Field,
	SecretStr,
	ValidationError,
	ValidatorFunctionWrapHandler,
	WrapValidator,
)

from .payload import list_of, object_of, optional_id, text_of, whole_number

T = TypeVar("T")


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
	"""An invalid value becomes None, so that the rest of the response can still be used."""
	try:
		return read(value)
	except ValidationError:
		return None


Lenient = Annotated[T | None, WrapValidator(_or_none)]


class Answer(BaseModel):
	"""Base of all responses: immutable, unknown keys ignored, numbers accepted where Meta documents text."""

	model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class HealthProblem(Answer):
	"""Why an entity cannot send: Meta's code, its description, and the solution that it suggests."""

	error_code: Lenient[int] = None
	error_description: Lenient[str] = None
	possible_solution: Lenient[str] = None


class HealthEntity(Answer):
	"""One of the entities that must all work for sending: PHONE_NUMBER, WABA, BUSINESS, APP."""

	entity_type: Lenient[str] = None
	id: Lenient[str] = None
	can_send_message: Lenient[str] = None
	additional_info: Lenient[tuple[str, ...]] = None
	errors: Lenient[tuple[HealthProblem, ...]] = None


class Health(Answer):
	"""Whether messages can be sent: AVAILABLE, LIMITED or BLOCKED, the worst of `entities`."""

	can_send_message: Lenient[str] = None
	entities: Lenient[tuple[HealthEntity, ...]] = None


class BusinessAccount(Answer):
	"""A WhatsApp Business Account. Compare the status fields without regard to case: recordings have both.

	Source: GET /{WABA}, recorded; `primary_funding_id` is absent when there is no payment method. `asked_fields`: those that
	this version of the API knows; empty if it is not known which were requested.
	"""

	id: str
	name: Lenient[str] = None
	timezone_id: Lenient[str] = None
	message_template_namespace: Lenient[str] = None
	account_review_status: Lenient[str] = None
	business_verification_status: Lenient[str] = None
	country: Lenient[str] = None
	currency: Lenient[str] = None
	status: Lenient[str] = None
	ownership_type: Lenient[str] = None
	primary_business_location: Lenient[str] = None
	primary_funding_id: Lenient[str] = None
	whatsapp_business_manager_messaging_limit: Lenient[str] = None
	health_status: Lenient[Health] = None
	asked_fields: frozenset[str] = frozenset()

	@property
	def has_no_payment(self) -> bool:
		"""Whether there is no payment method: it was requested, and Meta returned none."""
		return "primary_funding_id" in self.asked_fields and not self.primary_funding_id


class Throughput(Answer):
	"""STANDARD is 80 messages a second, HIGH 1,000."""

	level: Lenient[str] = None


class PhoneNumber(Answer):
	"""A business phone number. Only `status` CONNECTED can send; only `code_verification_status` VERIFIED is verified.

	Source: GET /{PHONE_NUMBER_ID}, recorded.
	"""

	id: str
	display_phone_number: Lenient[str] = None
	verified_name: Lenient[str] = None
	status: Lenient[str] = None
	code_verification_status: Lenient[str] = None
	quality_rating: Lenient[str] = None
	name_status: Lenient[str] = None
	new_name_status: Lenient[str] = None
	account_mode: Lenient[str] = None
	platform_type: Lenient[str] = None
	is_official_business_account: Lenient[bool] = None
	is_pin_enabled: Lenient[bool] = None
	is_on_biz_app: Lenient[bool] = None
	messaging_limit_tier: Lenient[str] = None
	whatsapp_business_manager_messaging_limit: Lenient[str] = None
	search_visibility: Lenient[str] = None
	eligibility_for_api_business_global_search: Lenient[str] = None
	throughput: Lenient[Throughput] = None
	health_status: Lenient[Health] = None


class BusinessProfile(Answer):
	"""What customers see of the business. Meta leaves out unset fields; an unset `vertical` is UNDEFINED."""

	about: Lenient[str] = None
	address: Lenient[str] = None
	description: Lenient[str] = None
	email: Lenient[str] = None
	websites: Lenient[tuple[str, ...]] = None
	vertical: Lenient[str] = None
	profile_picture_url: Lenient[str] = None


class MediaInfo(Answer):
	"""Where a media file can be fetched for five minutes. `sha256` is hexadecimal here (base64 in webhooks)."""

	id: str
	url: Lenient[str] = None
	mime_type: Lenient[str] = None
	sha256: Lenient[str] = None
	file_size: Lenient[int] = Field(default=None, description="bytes")


class Downloaded(Answer):
	"""A completely downloaded file: size in bytes, SHA-256 in hexadecimal, and the type that the server declared."""

	size: int
	sha256: str
	mime_type: str | None = None


class SubscribedApp(Answer):
	"""A Meta app that is subscribed to the account's webhooks, and the URL that overrides the app's own."""

	id: Lenient[str] = None
	name: Lenient[str] = None
	link: Lenient[str] = None
	override_callback_uri: Lenient[str] = None


class BusinessToken(Answer):
	"""The token that a business granted by Embedded Signup. `expires_in`: seconds; None: never, or not stated."""

	access_token: SecretStr
	expires_in: Lenient[int] = None


class TokenInfo(Answer):
	"""What Meta says about a token: its app, its expiry (seconds since 1970; None: never) and its scopes.

	`granular` has the account ids by scope; tokens of system users often have none.
	"""

	app_id: Lenient[str] = None
	is_valid: bool = False
	expires_at: Lenient[int] = None
	scopes: tuple[str, ...] = ()
	granular: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
	error_code: Lenient[int] = None
	error_message: Lenient[str] = None

	@property
	def accounts(self) -> tuple[str, ...]:
		"""The WhatsApp Business Accounts that the token may access, newest first."""
		named = (self.granular.get(scope, ()) for scope in _ACCOUNT_SCOPES)
		return tuple(dict.fromkeys(identifier for ids in named for identifier in ids))


_ACCOUNT_SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


class AppWebhook(Answer):
	"""The callback URL of a Meta app, which applies unless an account overrides it."""

	callback_url: Lenient[str] = None
	active: Lenient[bool] = None
	fields: tuple[str, ...] = ()


class SentMessage(Answer):
	"""Meta accepted a message. `held`: it is not sent yet, because its template is under assessment or paused."""

	wamid: str
	wa_id: str | None = None
	user_id: str | None = None
	held: bool = False


def sent_message(answer: Mapping[str, Any]) -> SentMessage | None:
	"""The response to a sent message, or None when it has no message id."""
	message = _first(answer, "messages")
	contact = _first(answer, "contacts")
	wamid = optional_id(message, "id")
	if wamid is None:
		return None
	held = text_of(message, "message_status") not in (None, "accepted")
	return SentMessage(
		wamid=wamid, wa_id=optional_id(contact, "wa_id"), user_id=optional_id(contact, "user_id"), held=held
	)


def subscribed_app(entry: Mapping[str, Any]) -> SubscribedApp:
	"""One row of GET /{WABA}/subscribed_apps, whose app sits in `whatsapp_business_api_data`."""
	app = object_of(entry, "whatsapp_business_api_data")
	return SubscribedApp.model_validate({**app, "override_callback_uri": entry.get("override_callback_uri")})


def token_info(answer: Mapping[str, Any]) -> TokenInfo:
	"""The answer to GET /debug_token."""
	data = object_of(answer, "data")
	error = object_of(data, "error")
	rows = [row for row in list_of(data, "granular_scopes") if isinstance(row, Mapping)]
	return TokenInfo(
		app_id=optional_id(data, "app_id"),
		is_valid=data.get("is_valid") is True,
		expires_at=whole_number(data.get("expires_at")) or None,
		scopes=_ids(data, "scopes"),
		granular={str(row.get("scope")): _ids(row, "target_ids") for row in rows},
		error_code=whole_number(error.get("code")),
		error_message=text_of(error, "message"),
	)


def _ids(holder: Mapping[str, Any], name: str) -> tuple[str, ...]:
	"""The texts and numbers of a list."""
	return tuple(str(entry) for entry in list_of(holder, name) if isinstance(entry, (str, int)))


def app_webhook(answer: Mapping[str, Any], subject: str) -> AppWebhook | None:
	"""The row for `subject` in the answer to GET /{APP}/subscriptions."""
	for row in list_of(answer, "data"):
		if isinstance(row, Mapping) and row.get("object") == subject:
			fields = [field for field in list_of(row, "fields") if isinstance(field, Mapping)]
			names = tuple(str(field["name"]) for field in fields if field.get("name"))
			return AppWebhook(
				callback_url=text_of(row, "callback_url"), active=row.get("active"), fields=names
			)
	return None


def first_profile(answer: Mapping[str, Any]) -> BusinessProfile:
	"""The profile of GET /{PHONE_NUMBER_ID}/whatsapp_business_profile, which comes as a list of one."""
	return BusinessProfile.model_validate(_first(answer, "data"))


def _first(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
	found = next(iter(list_of(answer, name)), None)
	return found if isinstance(found, Mapping) else {}
