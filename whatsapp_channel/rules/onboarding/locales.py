"""Meta's language codes for the message or call with a verification code (Z30)."""

from __future__ import annotations

FALLBACK = "en_US"

# Meta's page on supported languages.
_KNOWN = frozenset(
	word
	for line in (
		"af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr ka de el gu ha he hi hu id ga it ja kn kk",
		"rw_RW ko ky_KG lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te th tr uk ur",
		"uz vi zu",
	)
	for word in line.split()
)
# Languages that without a country mean another variant at Meta, or have another code there.
_MEANT = {
	"en": "en_US",
	"pt": "pt_BR",
	"zh": "zh_CN",
	"no": "nb",
	"nn": "nb",
	"iw": "he",
	"in": "id",
	"tl": "fil",
	"rw": "rw_RW",
	"ky": "ky_KG",
}


def for_meta(language: str | None) -> str:
	"""Meta's code for a language in the spelling of Frappe, browsers or people: "pt-BR", "zh_TW", "es-CO", "de".

	A country that Meta does not distinguish falls back to its language, an unknown language to American English.
	"""
	base, _separator, country = (language or "").strip().replace("-", "_").partition("_")
	base = base.lower()
	whole = f"{base}_{country.upper()}"
	if whole in _KNOWN:
		return whole
	meant = _MEANT.get(base, base)
	return meant if meant in _KNOWN else FALLBACK
