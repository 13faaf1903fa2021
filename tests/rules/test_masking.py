"""What may be shown of numbers, user ids and secrets."""

import pytest

from whatsapp_channel.rules.customers.masking import in_message_ids, mask, mask_text
from whatsapp_channel.sandbox.state.ids import wamid


@pytest.mark.parametrize(
	("identity", "shown"),
	[
		("+5511912345678", "+55 ••••• 5678"),
		("5511912345678", "+55 ••••• 5678"),
		("+1 (650) 555-1234", "+1 ••••• 1234"),
		("4912345", "+49 ••••• 5"),
		("999", "••••• 9"),
		("US.13491208655302741918", "US.•••••1918"),
		("US.1234", "US.•••••"),
		("abcdefghijkl", "•••••ijkl"),
		("+", "•••••"),
		("", ""),
		(None, ""),
	],
	ids=[
		"E.164",
		"digits",
		"written",
		"a short one",
		"of no country",
		"user id",
		"short user id",
		"some other id",
		"no digits",
		"empty",
		"none",
	],
)
def test_mask(identity: str | None, shown: str) -> None:
	assert mask(identity) == shown


@pytest.mark.parametrize("secret", ["5511912345678", "+55 11 91234-5678", "+1 (650) 555-1234", "9123456"])
def test_numbers_do_not_reach_a_log(secret: str) -> None:
	masked = mask_text(f"Could not reach {secret} in time")
	assert secret not in masked
	assert masked.startswith("Could not reach •••••")
	assert masked.endswith(f"{secret[-4:].lstrip('-')} in time")


@pytest.mark.parametrize(
	"secret",
	[
		"EAAGm0PX4ZCpsBAKZBcdefghijk12345",
		"wamid.HBgNNTUxMTkxMjM0NTY3OBUCABIYFDNBN0I1ODlGNjUwQzJGOUYyNEY2AA==",
		"c0ffee" * 8,
	],
	ids=["token", "message id", "secret in hex"],
)
def test_secrets_do_not_reach_a_log(secret: str) -> None:
	assert secret[8:-8] not in mask_text(f"Refused: '{secret}'.")


@pytest.mark.parametrize(
	"text",
	[
		"Duplicate entry '200000000000001:5511987654321' for key 'phone_key'",
		"recipient:5511987654321",
		"Customer 5511987654321 is locked",
		"Duplicate entry '200000000000001:US.13491208655302741918'",
		"no customer has US.ENT.13491208655302741918",
	],
)
def test_ids_of_people_do_not_reach_a_log(text: str) -> None:
	assert "5511987654321" not in mask_text(text)
	assert "13491208655302741918" not in mask_text(text)


def test_refused_input_does_not_reach_a_log() -> None:
	text = "text.body [type=string_type, input_value='my secret words', input_type=dict]"
	assert mask_text(text) == "text.body [type=string_type, input_value=•••••, input_type=dict]"


@pytest.mark.parametrize(
	"text",
	[
		'File "/home/frappe/bench/apps/whatsapp_channel/whatsapp_channel/inbound/dispatch.py", line 123, in attempt',
		"2026-11-23 03:12:04.123456",
		"whatsapp_channel.whatsapp_channel.doctype.whatsapp_business_account.whatsapp_business_account",
		"Error 131047 after 3 attempts",
	],
	ids=["a place in the code", "a time", "a module", "an error code"],
)
def test_what_helps_to_find_the_cause_stays(text: str) -> None:
	assert mask_text(text) == text


@pytest.mark.parametrize("number", ["16505551234", "5511912345678", "491701234567", "12345678"])
@pytest.mark.parametrize("outgoing", [True, False], ids=["outgoing", "incoming"])
def test_every_message_id_of_a_number_has_this_in_common(number: str, outgoing: bool) -> None:
	assert in_message_ids(number) in wamid(number, outgoing=outgoing)
	neighbour = number[:-1] + str((int(number[-1]) + 1) % 10)
	assert in_message_ids(number) not in wamid(neighbour, outgoing=outgoing)
