"""The text message and the call with which WhatsApp verifies a number, in the requested language."""

from __future__ import annotations

# language: (text message, call); {code} is "123-830", {digits} is "1 2 3 8 3 0"
_WORDS = {
	"en": ("WhatsApp code {code}. Do not share it.", "Your code is {digits}. Again: {digits}."),
	"pt": ("Código do WhatsApp: {code}. Não o compartilhe.", "Seu código é {digits}. Repetindo: {digits}."),
	"es": ("Código de WhatsApp: {code}. No lo compartas.", "Tu código es {digits}. De nuevo: {digits}."),
	"fr": ("Code WhatsApp : {code}. Ne le partagez pas.", "Votre code est {digits}. Je répète : {digits}."),
	"de": (
		"WhatsApp-Code {code}. Gib ihn nicht weiter.",
		"Dein Code lautet {digits}. Ich wiederhole: {digits}.",
	),
	"it": ("Codice WhatsApp: {code}. Non condividerlo.", "Il tuo codice è {digits}. Ripeto: {digits}."),
	"nl": ("WhatsApp-code {code}. Deel deze niet.", "Je code is {digits}. Nogmaals: {digits}."),
	"ar": ("رمز واتساب: {code}. لا تشاركه.", "رمزك هو {digits}. مرة أخرى: {digits}."),
	"hi": ("WhatsApp कोड {code}. इसे साझा न करें।", "आपका कोड है {digits}। फिर से: {digits}।"),
	"id": ("Kode WhatsApp {code}. Jangan bagikan.", "Kode Anda adalah {digits}. Sekali lagi: {digits}."),
}


def message(code: str, language: str) -> str:
	"""The text message with a code of six digits. `language` as Meta writes it, "pt_BR"; English if unknown."""
	return _of(language)[0].format(code=f"{code[:3]}-{code[3:]}")


def call(code: str, language: str) -> str:
	"""The spoken text of the call."""
	return _of(language)[1].format(digits=" ".join(code))


def _of(language: str) -> tuple[str, str]:
	return _WORDS.get(language.replace("-", "_").partition("_")[0].lower(), _WORDS["en"])
