"""Languages in Meta's words (Z30)."""

import pytest

from whatsapp_channel.rules.onboarding.locales import for_meta

CASES = {
	"english": ("en", "en_US"),
	"british": ("en-GB", "en_GB"),
	"australian": ("en-AU", "en_US"),
	"brazilian_as_frappe_writes_it": ("pt-BR", "pt_BR"),
	"brazilian_as_meta_writes_it": ("pt_BR", "pt_BR"),
	"portuguese": ("pt-PT", "pt_PT"),
	"portuguese_without_country": ("pt", "pt_BR"),
	"german": ("de", "de"),
	"swiss": ("de-CH", "de"),
	"mexican": ("es-MX", "es_MX"),
	"colombian": ("es-CO", "es"),
	"chinese": ("zh", "zh_CN"),
	"taiwanese": ("zh-TW", "zh_TW"),
	"taiwanese_in_small_letters": ("zh_tw", "zh_TW"),
	"norwegian": ("no", "nb"),
	"filipino": ("tl", "fil"),
	"unknown": ("eo", "en_US"),
	"nothing": ("", "en_US"),
	"none": (None, "en_US"),
	"rubbish": ("!!", "en_US"),
}


@pytest.mark.parametrize(("language", "locale"), CASES.values(), ids=CASES)
def test_locale(language: str | None, locale: str) -> None:
	assert for_meta(language) == locale
