"""The client builds the requests that were recorded with Meta, and understands what Meta answered."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest

from whatsapp_channel.cloud_api.answers import (
	BusinessAccount,
	BusinessProfile,
	MediaInfo,
	PhoneNumber,
	SentMessage,
)
from whatsapp_channel.cloud_api.client import CloudAPI, Recipient
from whatsapp_channel.cloud_api.errors import Cause, CloudAPIError, NotSent, OutcomeUnknown, Retry
from whatsapp_channel.cloud_api.outgoing import text

from .recordings import FILE, FOLDER, Replay

NUMBER = "107878721936019"
CUSTOMER = Recipient("15550100910")
NOT_FOUND = (400, 100, 33)


@dataclass(frozen=True)
class Case:
	name: str
	call: Callable[[CloudAPI, Replay], Any]
	answer: Any


def sent(wamid: str) -> SentMessage:
	return SentMessage(wamid=f"wamid.HBgLMTU1NTAxMDA5MTAVAgARGB{wamid}", wa_id="15550100910")


@dataclass(frozen=True)
class Recorded:
	"""Content as somebody once sent it."""

	request: dict[str, Any]

	def as_request(self) -> dict[str, Any]:
		return self.request


def send_recorded(api: CloudAPI, replay: Replay) -> SentMessage:
	body = replay.request["body"]
	return api.send(
		NUMBER, CUSTOMER, Recorded({"type": body["type"], body["type"]: body[body["type"]]}), reference="r-1"
	)


ACCOUNT = BusinessAccount(
	id="114503234599312",
	name="Test Business Account",
	timezone_id="138",
	message_template_namespace="9d1f930f_bea0_46c5_9099_bc3291e9d6b4",
	account_review_status="APPROVED",
	business_verification_status="not_verified",
	ownership_type="SELF",
)
PHONE = PhoneNumber(
	id=NUMBER,
	is_official_business_account=False,
	display_phone_number="+1 555-093-4873",
	verified_name="Test Number",
	account_mode="SANDBOX",
	quality_rating="GREEN",
	code_verification_status="NOT_VERIFIED",
	eligibility_for_api_business_global_search="NON_ELIGIBLE_VERIFIED_LEVEL",
	is_pin_enabled=True,
	name_status="AVAILABLE_WITHOUT_REVIEW",
	new_name_status="NONE",
	status="DISCONNECTED",
	search_visibility="NON_VISIBLE",
	messaging_limit_tier="TIER_250",
)
PROFILE = BusinessProfile(
	about="A very cool business",
	address="123, Main Street, New York, NY, 10001",
	description="This is a description",
	email="testing@gmail.com",
	websites=("https://www.google.com/",),
	vertical="EDU",
)
LOOKASIDE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/"
MEDIA = MediaInfo(
	id="1761991787669262",
	url=f"{LOOKASIDE}?mid=1761991787669262&ext=1728904986&hash=ATta-PkMyBz0aTF9b0CVDimLtAkAgpdXQa6t5x1KgUOu-Q",
	mime_type="image/png",
	sha256="c86c28d437534f7367e73b283155c083dddfdaf7f9b4dfae27e140f880035141",
	file_size=182859,
)
DOCUMENT = {
	"id": "396305933546205",
	"mime_type": "application/pdf",
	"sha256": "9c0ec015ef2ec004c152dfa72cd07929f9fcb775d8d38aa1e9bf216ecfc003d7",
	"file_size": 14254,
}


def document(ext: int, code: str) -> MediaInfo:
	return MediaInfo(url=f"{LOOKASIDE}?mid=396305933546205&ext={ext}&hash={code}", **DOCUMENT)


def account(api: CloudAPI, replay: Replay) -> BusinessAccount:
	return api.account(replay.node, replay.fields)


def downloaded(api: CloudAPI, url: str) -> bytes:
	file = BytesIO()
	api.download_media(url, file, max_bytes=100)
	return file.getvalue()


def upload(mime: str, name: str) -> Callable[[CloudAPI, Replay], str]:
	return lambda api, replay: api.upload_media(replay.node, FILE, mime, name)


CASES = [
	Case("business_account__details_accepts_fields", account, BusinessAccount(id="114503234599312")),
	Case("business_account__details_handles_error_response", account, NOT_FOUND),
	Case("business_account__when_fields_not_provided_queries_default_fields", account, ACCOUNT),
	Case(
		"business_profile__details_accepts_fields",
		lambda api, _: api.profile(NUMBER, ["vertical"]),
		BusinessProfile(vertical="UNDEFINED"),
	),
	Case("business_profile__details_handles_error_response", lambda api, _: api.profile("123123"), NOT_FOUND),
	Case(
		"business_profile__details_queries_all_fields_by_default", lambda api, _: api.profile(NUMBER), PROFILE
	),
	Case(
		"business_profile__update_handles_error_response",
		lambda api, _: api.update_profile("123123", about="Hey there! I am using WhatsApp."),
		NOT_FOUND,
	),
	Case(
		"business_profile__update_with_success_response",
		lambda api, _: api.update_profile(
			NUMBER,
			address="123, Main Street, New York, NY, 10001",
			description="This is a description",
			email="testing@gmail.com",
			vertical="EDU",
			websites=["https://www.google.com"],
		),
		None,
	),
	Case(
		"medias__delete_media_handles_error_response",
		lambda api, _: api.delete_media("123_123"),
		(400, 100, None),
	),
	Case(
		"medias__delete_media_with_success_response",
		lambda api, _: api.delete_media("1953032278471180"),
		None,
	),
	Case(
		"medias__download_media_success_response",
		lambda api, replay: downloaded(api, str(replay.uri)),
		FILE,
	),
	Case("medias__media_handles_error_response", lambda api, _: api.media("123_123"), NOT_FOUND),
	Case("medias__media_with_success_response", lambda api, _: api.media("1761991787669262"), MEDIA),
	Case(
		"medias__test_get_document_with_success_response",
		lambda api, _: api.media("396305933546205"),
		document(1729028163, "ATv4PO2ix3ThulGe8hhrFCZTXSypEC6t51V6UBDSvRdwRw"),
	),
	Case(
		"medias__test_get_video_with_success_response",
		lambda api, _: api.media("396305933546205"),
		document(1729032963, "ATvggxtHdMmiuPe54wrgdkwLlJlD_Ya2ByuYUU9_PYE7ZA"),
	),
	Case("medias__upload_audio_media_with_success_response", upload("audio/ogg", "a.ogg"), "914268667232441"),
	Case(
		"medias__upload_document_media_with_success_response",
		upload("application/pdf", "a.pdf"),
		"347507378388855",
	),
	Case("medias__upload_media_handles_error_response", upload("image/png", "a.png"), NOT_FOUND),
	Case("medias__upload_media_with_success_response", upload("image/png", "a.png"), "3281363908663165"),
	Case(
		"medias__upload_sticker_media_with_success_response",
		upload("image/webp", "a.webp"),
		"503335829198997",
	),
	Case(
		"medias__upload_video_media_with_success_response", upload("video/mp4", "a.mp4"), "1236350287490060"
	),
	Case(
		"messages__read_message_with_a_valid_response",
		lambda api, _: api.mark_read(NUMBER, "wamid.HBgLMTU1NTAxMDA5MTAVAgARGBJDRDhCNTAwRkU0MTdCNkI3OUMA"),
		(400, 100, None),
	),
	Case(
		"messages__read_message_with_an_invalid_response",
		lambda api, _: api.mark_read(NUMBER, "12345"),
		(400, 100, None),
	),
	Case(
		"messages__send_typing_indicator_with_success_response",
		lambda api, _: api.mark_read(
			"562412910296094",
			"wamid.HBgMMTU1NTAxMDA3MzAwFQIAEhgWM0VCMEQ3OTQ5OTNBODkwMzg1QTZDRgA=",
			typing=True,
		),
		None,
	),
	Case(
		"messages__send_text_handles_error_response",
		lambda api, _: api.send("123123", Recipient("56789"), text("hola"), reference="r-1"),
		NOT_FOUND,
	),
	Case(
		"messages__send_text_message_with_success_response",
		lambda api, _: api.send(NUMBER, CUSTOMER, text("hola"), reference="r-1"),
		sent("IyQzU4M0Q4MDc2NDY4ODgwNjUA"),
	),
	Case(
		"messages__send_message_accept_message_id_to_reply_a_message",
		lambda api, _: api.send(
			NUMBER,
			CUSTOMER,
			text("gracias"),
			reference="r-1",
			quoted="wamid.HBgLMTU1NTAxMDA5MTAVAgARGBI3OEVCRjczQ0JGNzYzMTdBRDIA",
		),
		sent("I1NEJFQkEzNzg0QURCMUI5MkEA"),
	),
	Case(
		"messages__send_reaction_with_success_response",
		lambda api, _: api.send(
			NUMBER,
			CUSTOMER,
			Recorded(
				{
					"type": "reaction",
					"reaction": {
						"message_id": "wamid.HBgLMTU1NTAxMDA5MTAVAgARGBI2REVCOTdDQkIyMTcyQUQ1MkUA",
						"emoji": "\U0001f550",
					},
				}
			),
			reference="r-1",
		),
		sent("I5REM5RkFGRjYwN0YwRUFFQkMA"),
	),
	*[
		Case(f"messages__{name}", send_recorded, sent(wamid))
		for name, wamid in {
			"send_audio_message_with_success_response": "JDOEE3RTMxOEIzMzhCQTU4OTYA",
			"send_contacts_with_success_response": "JDRDhCNTAwRkU0MTdCNkI3OUMA",
			"send_document_message_with_a_link": "JBRDRBQjI0RjYxQzBCQzY3NDgA",
			"send_document_message_with_file_name": "IyN0U4Q0FEN0Y1NzU0RkMxOTMA",
			"send_document_message_with_success_response": "JCNUMzMDcxMjgyMzVGQTYwOEIA",
			"send_image_message_with_a_link": "JFOTU0Mzg1NTBBQjI5NkE3OUMA",
			"send_image_message_with_an_image_id": "IyM0NGQkQ5RDA3NkRDNjREODMA",
			"send_image_with_success_response": "I3OTU0MDYzN0QyNzdCRDlENEYA",
			"send_interactive_list_messages_with_success_response_by_passing_interactive_json": "JDOTkyMDUzODY3RTE0OTA4ODkA",
			"send_interactive_reply_buttons_with_success_response_by_passing_interactive_json": "I4MUQwRUE5NEZGRjFDNzA0QTkA",
			"send_location_message_with_success_response": "JBNzIyQjU0ODNGNkY2MUIzNDcA",
			"send_sticker_message_with_a_link": "I4MzdCOUM2RUEyRUM5MzQxMDkA",
			"send_sticker_message_with_success_response": "IwNUYzQzZGM0NEOTQ5MkM4NUQA",
			"send_video_message_with_a_link": "JDREFFMzNDMzM2NkNBOEUzMzEA",
			"send_video_message_with_success_response": "IxMTJCOUFEQTAyNjUxQTZBQ0QA",
			"send_template_with_success_response_by_passing_components_json": "I2REE3M0I0NEYzQjM1NkI2MDcA",
		}.items()
	],
	Case(
		"phone_numbers__deregister_number_handles_error_response",
		lambda api, _: api.deregister("123123"),
		NOT_FOUND,
	),
	Case(
		"phone_numbers__deregister_number_with_success_response", lambda api, _: api.deregister(NUMBER), None
	),
	Case(
		"phone_numbers__register_number_handles_error_response",
		lambda api, _: api.register("123123", "123"),
		NOT_FOUND,
	),
	Case(
		"phone_numbers__register_number_with_success_response",
		lambda api, _: api.register(NUMBER, "123456"),
		None,
	),
	Case(
		"phone_numbers__registered_number_handles_error_response",
		lambda api, replay: api.number("123123", replay.fields),
		NOT_FOUND,
	),
	Case(
		"phone_numbers__registered_number_with_success_response",
		lambda api, replay: api.number(NUMBER, replay.fields),
		PHONE,
	),
	Case(
		"phone_numbers__registered_numbers_handles_error_response",
		lambda api, replay: api.numbers("123123", replay.fields),
		NOT_FOUND,
	),
	Case(
		"phone_numbers__registered_numbers_with_success_response",
		lambda api, replay: api.numbers("114503234599312", replay.fields),
		[PHONE],
	),
	Case(
		"templates__get_template_namespace",
		account,
		BusinessAccount(
			id="114503234599312", message_template_namespace="ffac72fb_6591_4cb3_bb24_0c33a6633999"
		),
	),
	Case("templates__get_template_namespace_when_an_error_is_returned", account, NOT_FOUND),
]

MANAGING = "the client does not manage templates"
ANALYTICS = "the client reads no template analytics"
NOT_COVERED = {
	"templates__create_a_template_with_named_parameters": MANAGING,
	"templates__create_a_template_with_valid_params_and_components": MANAGING,
	"templates__delete_template_by_id": MANAGING,
	"templates__delete_template_by_name": MANAGING,
	"templates__delete_template_with_error_response": MANAGING,
	"templates__get_a_template_by_id": MANAGING,
	"templates__get_a_template_when_not_exists_an_error_is_returned": MANAGING,
	"templates__get_templates": MANAGING,
	"templates__get_templates_when_an_error_is_returned": MANAGING,
	"templates__get_templates_when_empty_response_is_returned": MANAGING,
	"templates__update_a_template_with_components_and_category": MANAGING,
	"templates__template_analytics_with_after_cursor": ANALYTICS,
	"templates__template_analytics_with_all_metric_types": ANALYTICS,
	"templates__template_analytics_with_custom_granularity": ANALYTICS,
	"templates__template_analytics_with_empty_metric_types": ANALYTICS,
	"templates__template_analytics_with_error_response": ANALYTICS,
	"templates__template_analytics_with_metric_types": ANALYTICS,
	"templates__template_analytics_with_multiple_template_ids": ANALYTICS,
	"templates__template_analytics_with_valid_params": ANALYTICS,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recording(case: Case):
	replay = Replay(case.name)
	if isinstance(case.answer, tuple):
		with pytest.raises(CloudAPIError) as caught:
			case.call(replay.api(), replay)
		assert not isinstance(caught.value, NotSent | OutcomeUnknown)
		error = caught.value
		assert (error.http_status, error.code, error.subcode) == case.answer
		assert error.fbtrace_id == replay.answer["body"]["error"]["fbtrace_id"]
		assert error.retry is Retry.NEVER
	else:
		assert as_answered(case.call(replay.api(), replay)) == case.answer
	replay.assert_equal_request()


def as_answered(found: Any) -> Any:
	"""Without what the client adds of its own question."""
	return (
		found.model_copy(update={"asked_fields": frozenset()})
		if isinstance(found, BusinessAccount)
		else found
	)


def test_every_recording_is_covered_or_has_a_reason():
	files = {path.stem for path in FOLDER.glob("*.json")}
	covered = {case.name for case in CASES}
	assert len(covered) == len(CASES)
	assert covered | NOT_COVERED.keys() == files
	assert not covered & NOT_COVERED.keys()


@pytest.mark.parametrize(
	("name", "cause", "details"),
	[
		("messages__send_text_handles_error_response", Cause.AUTHORISATION, None),
		(
			"messages__read_message_with_an_invalid_response",
			Cause.REQUEST,
			"Please check the message ID you have provided.",
		),
		("medias__delete_media_handles_error_response", Cause.REQUEST, None),
	],
	ids=["unknown object", "unknown message", "bad media id"],
)
def test_cause_and_details_of_a_recorded_error(name: str, cause: Cause, details: str | None):
	replay = Replay(name)
	with pytest.raises(CloudAPIError) as caught:
		replay.api().delete_media("1")
	assert caught.value.rule.cause is cause
	assert caught.value.details == details
	assert caught.value.title == replay.answer["body"]["error"]["message"]
