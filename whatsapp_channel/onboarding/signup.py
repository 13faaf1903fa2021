"""Meta's Embedded Signup (Z3, Z27): combines its code and its event, which arrive separately and in either order.

Each part is stored in its own transaction under the row's lock and then looks for the other one, so that the later of
two finds both. Meta is called without holding a row lock. A sign-up that is interrupted after its code was exchanged can
be continued until it expires: until the account has the token, the row keeps it encrypted.

The code is valid for 30 seconds, so it is exchanged as soon as it arrives, before anything else is known. Ids that are not in
the event are read from `debug_token`, then from the portfolio's accounts; if there are several, the administrator chooses.
The page only forwards what it receives. During a rotation of the app secret, each secret of that app is tried.
"""

import frappe
from frappe import _
from pydantic import SecretStr

from whatsapp_channel import settings
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.answers import TokenInfo
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import CloudAPIError, NotSent, Retry
from whatsapp_channel.database import required_lock, save_now
from whatsapp_channel.doctypes import ACCOUNT, NUMBER
from whatsapp_channel.logs import report
from whatsapp_channel.onboarding import link, number, signup_rows
from whatsapp_channel.onboarding.step_errors import in_words
from whatsapp_channel.rules.onboarding.signup_rules import (
	WRONG_SECRET,
	Outcome,
	SignupState,
	explain,
	explain_code,
	read_event,
)
from whatsapp_channel.sentences import Sentence
from whatsapp_channel.translate import to_user

MOST_CANDIDATES = 20
EXCHANGE_SECONDS = 45
LONGEST_CODE = 2000


def obstacle() -> str | None:
	"""Why sign-up is not possible on this site; None if it is (Z21)."""
	app_id, config_id = settings.signup_app()
	if not app_id:
		return _(
			"No Meta app is entered. Enter Meta App ID and Signup Configuration ID in WhatsApp Channel Settings."
		)
	if not config_id:
		return _("The Signup Configuration ID is missing in WhatsApp Channel Settings.")
	if not settings.secrets_of(app_id):
		return _(
			"The secret of Meta app {0} is missing. Add it in WhatsApp Channel Settings, with this ID."
		).format(app_id)
	if not (settings.is_https() or settings.is_sandbox()):
		return _("Meta opens its window on HTTPS pages only, and this site is not reached by HTTPS.")
	return None


def begin(account: str | None = None) -> str:
	"""Begins a sign-up, or with `account` a reconnection; returns the name of its row. Raises frappe.ValidationError."""
	if reason := obstacle():
		frappe.throw(reason, title=_("Embedded Signup"))
	if account and not frappe.db.exists(ACCOUNT, account):
		frappe.throw(
			_("WhatsApp Business Account {0} is not there.").format(frappe.utils.escape_html(account))
		)
	signup_rows.clear_expired()
	return signup_rows.create(account)


def take_code(signup: str, code: str) -> str:
	"""Exchanges the code at once and continues as far as possible; returns the sign-up.

	Raises frappe.ValidationError if another request has been exchanging a code of this sign-up for longer than one may take.
	"""
	secret = SecretStr(code.strip()[:LONGEST_CODE])
	# Not a row lock, because Meta is called meanwhile. A second tab with the same code waits for the first one.
	with required_lock(f"signup:{signup}", EXCHANGE_SECONDS):
		if _is_open(signup):
			_exchange(signup, secret)
	return go_on(signup)


def take_event(signup: str, event: object) -> str:
	"""Stores an event of Meta's dialog and continues as far as possible; returns the sign-up."""
	parsed = read_event(event)
	if parsed.outcome is Outcome.OTHER or not _is_open(signup, or_linked=True):
		return signup
	words = " ".join(to_user(sentence) for sentence in explain(parsed))
	if parsed.message:
		words += " " + _("Meta says: {0}").format(frappe.utils.escape_html(parsed.message))
	if parsed.session:
		words += " " + _("Meta's support asks for this session: {0}").format(
			frappe.utils.escape_html(parsed.session)
		)
	signup_rows.keep_event(signup, parsed, words)
	return go_on(signup) if parsed.outcome is Outcome.FINISHED else signup


def choose_account(signup: str, waba_id: str) -> str:
	"""The user's choice among several accounts; returns the sign-up."""
	wanted, view = waba_id.strip(), signup_rows.view(signup)
	if view.state != SignupState.LINKED and _is_open(signup):
		if wanted not in [candidate["waba_id"] for candidate in view.candidates]:
			frappe.throw(_("Choose one of the accounts to which you gave access."))
		signup_rows.claim(signup, wanted, instead=True)
	return go_on(signup)


def go_on(signup: str) -> str:
	"""Continues with what is there of code and event, also after an interruption; returns the sign-up."""
	row = signup_rows.row(signup)
	if row.state == SignupState.LINKED:
		_take_number(row.account, row.phone_number_id)
		return signup
	token = signup_rows.token(signup)
	if token and _is_open(signup):
		_join(signup, token)
	return signup


def _is_open(signup: str, *, or_linked: bool = False) -> bool:
	"""Whether the sign-up can continue; an expired one is marked as failed."""
	row = signup_rows.row(signup)
	if signup_rows.is_expired(row):
		signup_rows.fail(signup, signup_rows.expired_words())
		return False
	return or_linked or row.state != SignupState.LINKED


# The code


def _exchange(signup: str, code: SecretStr) -> None:
	app_id, _config = settings.signup_app()
	problem = None
	for secret in settings.secrets_of(app_id):
		try:
			token = settings.app_api(app_id, secret).exchange_code(code)
		except CloudAPIError as error:
			problem = error
			if _why(error) != WRONG_SECRET:
				break
		else:
			signup_rows.keep_token(signup, token.access_token)
			return
	# A code that is sent twice is refused the second time: the first token stays valid.
	if not signup_rows.token(signup):
		signup_rows.fail(signup, _code_problem(problem))


def _why(error: CloudAPIError) -> Sentence:
	return explain_code(error.code, error.subcode, error.meta_text)


def _code_problem(error: CloudAPIError | None) -> str:
	"""Why the code was not exchanged. Without an error: the app secret was removed from the settings meanwhile."""
	if error is None:
		return to_user(WRONG_SECRET)
	said = _("Meta says: {0}").format(frappe.utils.escape_html(error.meta_text))
	return f"{to_user(_why(error))} {said}"


# The account


def _join(signup: str, token: SecretStr) -> None:
	try:
		info = _inspected(token)
		account = _account_of(signup, token, info)
		if account and _is_right(signup, account):
			_link(signup, account, token, info)
	except CloudAPIError as error:
		signup_rows.fail(signup, in_words(error), resumable=_may_pass(error))
	except frappe.ValidationError as error:
		frappe.clear_messages()
		signup_rows.fail(signup, str(error))


def _may_pass(error: CloudAPIError) -> bool:
	return error.code is None or error.retry is not Retry.NEVER


def _inspected(token: SecretStr) -> TokenInfo | None:
	"""Meta's data about the token, or None. During a rotation only one of the app's secrets is valid, so each is tried."""
	app_id, _config = settings.signup_app()
	for secret in settings.secrets_of(app_id):
		try:
			return settings.app_api(app_id, secret).inspect(token)
		except NotSent:
			raise
		except CloudAPIError:
			continue
	return None


def _account_of(signup: str, token: SecretStr, info: TokenInfo | None) -> str | None:
	"""The account to link, from the event, the user's choice, or the token; None if it is not known yet."""
	row = signup_rows.row(signup)
	if row.waba_id:
		return row.waba_id
	client = settings.client(token.get_secret_value())
	found = list(info.accounts if info else ()) or _of_business(client, row.business_id)
	if row.reconnects and (not found or row.reconnects in found):
		return row.reconnects
	if len(found) == 1:
		signup_rows.claim(signup, found[0])
		return signup_rows.row(signup).waba_id
	if not found or signup_rows.offer(signup, [_candidate(client, each) for each in found[:MOST_CANDIDATES]]):
		return None
	return signup_rows.row(signup).waba_id


def _of_business(client: CloudAPI, business_id: str | None) -> list[str]:
	"""The accounts of a portfolio; empty if Meta does not list them for this token."""
	if not business_id:
		return []
	try:
		accounts = [*client.owned_accounts(business_id), *client.client_accounts(business_id)]
	except CloudAPIError:
		return []
	return list(dict.fromkeys(account.id for account in accounts))


def _candidate(client: CloudAPI, waba_id: str) -> dict[str, str]:
	try:
		name = client.account(waba_id).name
	except CloudAPIError:
		name = None
	return {"waba_id": waba_id, "label": f"{name} ({waba_id})" if name else waba_id}


def _is_right(signup: str, account: str) -> bool:
	"""Whether the account may be linked: a reconnection must be for the same account."""
	wanted = signup_rows.row(signup).reconnects
	if not wanted or wanted == account:
		return True
	words = _(
		"You chose the account {0} at Meta, but this reconnects {1}. Start again and choose {1} there, or link {0} as "
		"another account."
	).format(account, wanted)
	signup_rows.fail(signup, words)
	return False


def _link(signup: str, account: str, token: SecretStr, info: TokenInfo | None) -> None:
	row, asked = signup_rows.row(signup), utc_now()
	node = link.proven(settings.client(token.get_secret_value()), account, info)
	linked = link.store(link.Access(node, token, info, link.BY_SIGNUP, asked, row.business_id or None))
	signup_rows.finish(signup, linked.account, linked.problem)
	_take_number(linked.account, signup_rows.row(signup).phone_number_id)


def _take_number(account: str, phone_number_id: str | None) -> None:
	"""Chooses the number that was chosen in Meta's dialog. If that fails, the user does it in step 3."""
	if not phone_number_id or frappe.db.exists(NUMBER, phone_number_id):
		return
	try:
		number.choose_number(account, phone_number_id)
	except (CloudAPIError, frappe.ValidationError) as error:
		frappe.db.rollback()
		frappe.clear_messages()
		report(f"The number of a sign-up was not taken over: {type(error).__name__}")
		save_now()  # the account stays linked
