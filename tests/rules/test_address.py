from itertools import product

import pytest

from whatsapp_channel.rules.customers.address import Route, is_synthetic, recipients, route, synthetic

WA = "491701234567@whatsapp.invalid"
WA2 = "us.13491208655302741918@whatsapp.invalid"
MAIL = "anna@example.com"


@pytest.mark.parametrize(
	("local", "expected"),
	[
		pytest.param("491701234567", WA, id="phone digits"),
		pytest.param("US.13491208655302741918", WA2, id="user id, lower case"),
	],
)
def test_synthetic(local, expected):
	assert synthetic(local) == expected
	assert is_synthetic(expected)


@pytest.mark.parametrize(
	"local",
	[
		pytest.param("", id="empty"),
		pytest.param("+491701234567", id="plus sign"),
		pytest.param("a@b", id="at sign"),
		pytest.param("a b", id="space"),
		pytest.param("a,b", id="comma"),
		pytest.param("US..1", id="two dots"),
		pytest.param(".1", id="dot first"),
		pytest.param("ü1", id="not ASCII"),
		pytest.param("1\n", id="line end"),
		pytest.param("1" * 65, id="65 characters"),
	],
)
def test_impossible_local_part_is_refused(local):
	with pytest.raises(ValueError, match=r"cannot stand before @whatsapp\.invalid"):
		synthetic(local)


@pytest.mark.parametrize(
	("address", "expected"),
	[
		pytest.param(WA, True, id="bare"),
		pytest.param(WA.upper(), True, id="upper case"),
		pytest.param(f"Anna <{WA}>", True, id="with a name"),
		pytest.param(f'"Doe, Anna" <{WA}>', True, id="with a quoted name"),
		pytest.param(MAIL, False, id="e-mail"),
		pytest.param("1@sub.whatsapp.invalid", False, id="subdomain"),
		pytest.param("1@whatsapp.invalid.example.com", False, id="our domain as the beginning of another"),
		pytest.param("1@notwhatsapp.invalid", False, id="our domain as the end of another"),
		pytest.param("@whatsapp.invalid", False, id="nobody"),
		pytest.param(f'"<{WA}>" <{MAIL}>', False, id="our address as a name"),
		pytest.param(f'"{WA}" {MAIL}', False, id="our address quoted before another"),
		pytest.param("", False, id="empty"),
	],
)
def test_is_synthetic(address, expected):
	assert is_synthetic(address) is expected


@pytest.mark.parametrize(
	("fields", "expected"),
	[
		pytest.param((None, None, None), (), id="nothing"),
		pytest.param(("", " , ;\n", None), (), id="only separators"),
		pytest.param((f"{WA},{MAIL}", None, None), (WA, MAIL), id="comma"),
		pytest.param(
			(f"{WA}; {MAIL}\nb@example.com", "", ""), (WA, MAIL, "b@example.com"), id="other separators"
		),
		pytest.param((f"Anna <{WA}>, {MAIL}", None, None), (WA, MAIL), id="names"),
		pytest.param((f'"Doe, Anna; Dr." <{WA}>', None, None), (WA,), id="separators within quotes"),
		pytest.param((f'"Anna \\"A\\" Doe, Dr." <{WA}>', None, None), (WA,), id="escaped quotes"),
		pytest.param((WA, MAIL, "b@example.com"), (WA, MAIL, "b@example.com"), id="three fields in order"),
		pytest.param((WA, WA.upper(), MAIL), (WA, MAIL), id="each once"),
		pytest.param((f"Doe, Anna <{WA}>", None, None), ("Doe", WA), id="no address is not dropped"),
		pytest.param(('"broken <x', None, None), ('"broken <x',), id="broken quoting is not dropped"),
		pytest.param(("Anna <>", None, None), ("Anna <>",), id="empty brackets are not dropped"),
	],
)
def test_recipients(fields, expected):
	assert recipients(*fields) == expected


ROUTES = [
	pytest.param((None, None, None), Route.SYSTEM, id="to is None: Helpdesk's own notice"),
	pytest.param((None, MAIL, None), Route.EMAIL, id="to is None, with a copy by mail"),
	pytest.param((None, None, WA), Route.WHATSAPP, id="to is None, with a blind copy to WhatsApp"),
	pytest.param(("", None, None), Route.EMAIL, id="to is empty: Helpdesk complains"),
	pytest.param(("", "", ""), Route.EMAIL, id="all empty"),
	pytest.param((WA, None, None), Route.WHATSAPP, id="the customer"),
	pytest.param((WA, WA2, WA), Route.WHATSAPP, id="all synthetic"),
	pytest.param(("", WA, None), Route.WHATSAPP, id="the customer as a copy only"),
	pytest.param((MAIL, None, None), Route.EMAIL, id="e-mail"),
	pytest.param((WA, MAIL, None), Route.MIXED, id="a mail copy"),
	pytest.param((WA, None, MAIL), Route.MIXED, id="a blind mail copy"),
	pytest.param((f"{WA},{MAIL}", None, None), Route.MIXED, id="both in one field"),
	pytest.param((f"Doe, Anna <{WA}>", None, None), Route.MIXED, id="a piece that is no address"),
]


@pytest.mark.parametrize(("fields", "expected"), ROUTES)
def test_route(fields, expected):
	assert route(*fields) is expected


def test_every_route_has_a_case():
	assert {case.values[1] for case in ROUTES} == set(Route)


@pytest.mark.parametrize("fields", list(product(["", WA, MAIL, f"{WA}, {MAIL}"], repeat=3)))
def test_a_mail_recipient_anywhere_never_goes_by_whatsapp_alone(fields):
	goes_by_whatsapp = route(*fields) is Route.WHATSAPP
	assert goes_by_whatsapp == (WA in "".join(fields) and MAIL not in "".join(fields))
