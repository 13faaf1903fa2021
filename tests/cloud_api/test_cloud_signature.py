"""Signature of a webhook: Meta's own example values, and everything that must be refused."""

import pytest

from whatsapp_channel.cloud_api.signature import sign, verify

EMPTY = b'{"object":"whatsapp_business_account","entry":[]}'
SECRET = "test_app_secret"
DIGEST = "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
CHANGE = '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{"text":"%s"}}]}]}'


@pytest.mark.parametrize(
	("secret", "body", "digest"),
	[
		(SECRET, EMPTY, DIGEST),
		(
			SECRET,
			b'{"object": "whatsapp_business_account", "entry": []}',
			"56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a",
		),
		(
			SECRET,
			(CHANGE % r"\u00e4\u00f6\u00e5").encode(),
			"2a2c5c981e785369e505751baca0c8c961d7540e11e8a9d72e631db9b74681ec",
		),
		(
			SECRET,
			(CHANGE % "äöå").encode(),
			"c83f3f1265a299359a60cb0b8ca3b1d5b8370db0fd391c0d698fb5d4b2677bc9",
		),
		("otro_secreto", EMPTY, "769b03d8c2ae6498f2d1e1f7299c0ba55448c69d741e7b0bb243d852d8a8d8c7"),
	],
	ids=["compact", "with spaces", "escaped unicode", "raw unicode", "another secret"],
)
def test_known_signature(secret: str, body: bytes, digest: str):
	assert sign(secret, body) == f"sha256={digest}"
	assert verify(body, f"sha256={digest}", [secret])


@pytest.mark.parametrize(
	"header",
	[
		None,
		"",
		DIGEST,
		f"sha1={DIGEST}",
		f"sha256={DIGEST.upper()}",
		f"SHA256={DIGEST}",
		f"sha256={DIGEST[:-1]}",
		f"sha256={DIGEST}0",
		f"sha256={DIGEST}\n",
		f" sha256={DIGEST}",
		f"sha256={DIGEST}, sha256={DIGEST}",
		f"sha256={'0' * 64}",
		f"sha256={DIGEST[:-1]}é",
		f"sha256={DIGEST}é",
		"sha256=" + "٣" * 64,
		DIGEST.encode(),
	],
	ids=[
		"missing",
		"empty",
		"no prefix",
		"sha1",
		"upper-case digits",
		"upper-case prefix",
		"too short",
		"too long",
		"line break",
		"space before",
		"two values",
		"zeros",
		"not ASCII",
		"not ASCII after it",
		"Arabic digits",
		"bytes",
	],
)
def test_bad_header_is_refused(header: str | None):
	assert verify(EMPTY, header, [SECRET]) is False


@pytest.mark.parametrize(
	("secrets", "accepted"),
	[
		([], False),
		([""], False),
		(["wrong"], False),
		(["wrong", SECRET], True),
		([SECRET, "wrong"], True),
		(["", "wrong", SECRET, "other"], True),
		((secret for secret in ("wrong", SECRET)), True),
	],
	ids=["none", "empty", "wrong", "second fits", "first fits", "third fits", "generator"],
)
def test_every_secret_is_tried(secrets: list[str], accepted: bool):
	assert verify(EMPTY, f"sha256={DIGEST}", secrets) is accepted


def test_body_of_one_changed_byte_is_refused():
	assert not verify(EMPTY + b" ", f"sha256={DIGEST}", [SECRET])


def test_signature_with_an_empty_secret_never_verifies():
	import hashlib
	import hmac

	forged = "sha256=" + hmac.new(b"", EMPTY, hashlib.sha256).hexdigest()
	assert not verify(EMPTY, forged, ["", SECRET])
	with pytest.raises(ValueError, match="empty"):
		sign("", EMPTY)
