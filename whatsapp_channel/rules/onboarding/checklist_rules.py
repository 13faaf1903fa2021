"""Meta's requirements for a business: five prerequisites (Z19), two documents (Z37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whatsapp_channel.rules.accounts.account_words import PaymentMethod
from whatsapp_channel.sentences import Sentence, _

OK, TO_DO, UNKNOWN = "ok", "todo", "unknown"
_SETTINGS = "https://business.facebook.com/settings"
OVERVIEW = "https://business.facebook.com/overview"
SECURITY = f"{_SETTINGS}/security"
ACCOUNTS = f"{_SETTINGS}/whatsapp-business-accounts"
BILLING = "https://business.facebook.com/billing_hub/accounts"
NUMBERS = "https://business.facebook.com/wa/manage/phone-numbers/"
_VERIFIED = frozenset(("verified",))
# Meta's values for a review in progress.
_PENDING = frozenset(("pending", "pending_submission", "pending_need_more_info"))
_REFUSED = frozenset(("failed", "rejected", "revoked", "expired", "ineligible"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
	"""The stored state of an account. Empty: not known yet."""

	has_account: bool = False
	business_id: str | None = None
	verification: str | None = None
	review: str | None = None
	payment_method: str | None = None
	numbers: int = 0
	registered: int = 0
	unread: int = 0
	"""Numbers of which Meta has not been asked: entered by hand, they may well work."""


@dataclass(frozen=True, slots=True)
class Entry:
	"""One line; `label` is English and marked."""

	key: str
	label: str
	state: str
	detail: Sentence
	url: str


def entries(facts: Facts) -> tuple[Entry, ...]:
	"""The seven lines in order."""
	return (
		_portfolio(facts),
		_verification(facts),
		_account(facts),
		_payment(facts),
		_number(facts),
		*_documents(facts),
	)


def _portfolio(facts: Facts) -> Entry:
	detail = (
		_("The WhatsApp Business Account belongs to one.")
		if facts.has_account
		else _("Meta Business Manager, now called business portfolio. The window of step 1 can create one.")
	)
	state = OK if facts.has_account else UNKNOWN
	return Entry(
		"business_manager",
		_("Facebook Business Manager account"),
		state,
		Sentence(detail),
		_with_business(OVERVIEW, facts),
	)


def _verification(facts: Facts) -> Entry:
	state, detail = _verification_words((facts.verification or "").lower())
	return Entry(
		"verified_business", _("Verified business"), state, Sentence(detail), _with_business(SECURITY, facts)
	)


def _verification_words(status: str) -> tuple[str, str]:
	if status in _VERIFIED:
		return OK, _("Meta has verified the business.")
	if status == "pending_need_more_info":
		return TO_DO, _("Meta asks for more documents. Its Security Center says which.")
	if status in _PENDING:
		return TO_DO, _("The verification is under way at Meta. It can take some days.")
	if status in _REFUSED:
		return TO_DO, _("Meta refused the verification. Its Security Center says why and lets you try again.")
	if status:
		return TO_DO, _(
			"Start the verification in Meta's Security Center. The channel works before, as a trial."
		)
	return UNKNOWN, _(
		"Known once the account is linked. The channel works before the verification, as a trial."
	)


def _account(facts: Facts) -> Entry:
	state, detail = _account_words(facts)
	return Entry(
		"business_account",
		_("WhatsApp Business Account"),
		state,
		Sentence(detail),
		_with_business(ACCOUNTS, facts),
	)


def _account_words(facts: Facts) -> tuple[str, str]:
	if not facts.has_account:
		return TO_DO, _("Link it in step 1, where you can also create one.")
	review = (facts.review or "").upper()
	if review == "REJECTED":
		return TO_DO, _(
			"Meta's review refused the account. Its account quality page says why and takes an appeal."
		)
	if review in ("PENDING", "DEFERRED"):
		return OK, _("Linked. Meta is still reviewing it.")
	return OK, _("Linked.")


def _payment(facts: Facts) -> Entry:
	known: Mapping[str, tuple[str, str]] = {
		PaymentMethod.PRESENT: (OK, _("A payment method is there.")),
		PaymentMethod.MISSING: (
			TO_DO,
			_("Add a payment method in Meta's billing hub. Without one Meta limits what you can send."),
		),
	}
	unknown = (UNKNOWN, _("Known once the account is linked."))
	state, detail = known.get(facts.payment_method or "", unknown)
	return Entry(
		"credit_line",
		_("Prepaid credit line or payment method"),
		state,
		Sentence(detail),
		_with_business(BILLING, facts),
	)


def _number(facts: Facts) -> Entry:
	if facts.registered:
		state, detail = OK, _("A number is registered.")
	elif facts.unread:
		state, detail = UNKNOWN, _("The number was entered by hand. Refresh to see what Meta says of it.")
	elif facts.numbers:
		state, detail = TO_DO, _("The number is not registered yet. Verify and register it in step 3.")
	else:
		state, detail = (
			TO_DO,
			_("A number that WhatsApp does not use elsewhere and that gets texts or calls. Step 3 adds it."),
		)
	label = _("Phone number registered for the WhatsApp Business API")
	return Entry("registered_number", label, state, Sentence(detail), _with_business(NUMBERS, facts))


def _documents(facts: Facts) -> tuple[Entry, Entry]:
	"""Meta's API has no data about single documents: a verified business has shown both."""
	verified = (facts.verification or "").lower() in _VERIFIED
	state = OK if verified else UNKNOWN
	url = _with_business(SECURITY, facts)
	legal = _(
		"For example a certificate of incorporation or a tax registration, with the name that you entered at Meta."
	)
	access = _("For example a phone bill, a domain or an e-mail address of the business that Meta can check.")
	shown = _("Meta has accepted it.")
	return (
		Entry("legal_entity", _("Proof of legal entity"), state, Sentence(shown if verified else legal), url),
		Entry(
			"business_access",
			_("Proof of access to the business"),
			state,
			Sentence(shown if verified else access),
			url,
		),
	)


def _with_business(url: str, facts: Facts) -> str:
	return f"{url}?business_id={facts.business_id}" if facts.business_id else url
