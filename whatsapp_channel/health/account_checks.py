"""Checks of the accounts at Meta: reachability, tokens, permissions, and webhook subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import frappe
from frappe import _

from whatsapp_channel import rows, settings
from whatsapp_channel.accounts.account_rows import AccountRow
from whatsapp_channel.clock import utc_now
from whatsapp_channel.cloud_api.answers import AppWebhook
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import DEAD_TOKEN, Cause, CloudAPIError
from whatsapp_channel.cloud_api.ping import ServerAnswer, ping
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.health import stored_secrets
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.result import Finding, Skip, combined, ok, problem, skipped, warning
from whatsapp_channel.onboarding.subscription import addresses
from whatsapp_channel.translate import to_user

EXPIRY_NOTICE = timedelta(days=7)
SLOW_SECONDS = 5.0
MESSAGING = "whatsapp_business_messaging"
_PASSES = frozenset({Cause.NETWORK, Cause.TEMPORARY, Cause.THROTTLING})


@dataclass(frozen=True, slots=True)
class Account:
	"""An account with its API client."""

	name: str
	label: str
	attention: str | None
	api: CloudAPI


def reachable(deadline: Deadline) -> Finding:
	"""Whether this server gets an answer from Meta."""
	base, _version = settings.api()
	fix = _("Let the server connect to {0}: look at its internet access, DNS, proxy and firewall.").format(
		base
	)
	try:
		seconds = ping_meta(deadline).seconds
	except CloudAPIError as error:
		return problem(_("{0} does not answer: {1}").format(base, error.details or error.title), fix)
	except TooSlow:
		return problem(
			_("{0} does not answer within {1} seconds.").format(base, round(deadline.seconds)), fix
		)
	details = {_("Address"): base, _("Seconds"): round(seconds, 3)}
	if seconds > SLOW_SECONDS:
		return warning(
			_("{0} answers, but took {1} seconds.").format(base, round(seconds, 1)), fix, details=details
		)
	return ok(_("{0} answers.").format(base), details=details)


def ping_meta(deadline: Deadline) -> ServerAnswer:
	"""Any response of Meta. Raises CloudAPIError and TooSlow."""
	base, _version = settings.api()
	return deadline.wait_for(lambda: ping(base))


def token(deadline: Deadline) -> Finding:
	"""Whether Meta accepts the token of every account, and when it expires."""
	return _each(lambda account: _token_of(account, deadline), tokenless=_no_token)


def _no_token(label: str, name: str) -> Finding:
	if settings.is_published(settings.stored_token(name) or ""):
		return problem(
			_("The token is a sandbox's, which everybody knows. It is ignored."),
			_("Open the account {0} and connect it, or enter Meta's token.").format(label),
		)
	return problem(
		_("There is no token that can be used."),
		_("Open the account {0} and connect it, or enter a token.").format(label),
	)


def _token_of(account: Account, deadline: Deadline) -> Finding:
	renew = _("Open the account {0} and choose {1}, or enter a new token.").format(
		account.label, _("Reconnect")
	)
	try:
		info = deadline.wait_for(account.api.inspect_self)
	except CloudAPIError as error:
		if error.rule.cause is not Cause.AUTHORISATION:
			raise
		return problem(to_user(error.sentence), renew)
	if not info.is_valid:
		return problem(_("Meta says that the token is not valid any more."), renew)
	if account.attention:
		return problem(
			_("Meta accepts the token, but sending is stopped since it was refused: {0}").format(
				account.attention
			),
			_("Open the account {0} and choose {1}: that resumes sending.").format(
				account.label, _("Check Connection")
			),
		)
	return _expiry(info.expires_at, renew)


def _expiry(expires_at: int | None, renew: str) -> Finding:
	if not expires_at:
		return ok(_("The token is valid and does not expire."))
	ends = datetime.fromtimestamp(expires_at, timezone.utc)
	left, day = ends - utc_now(), f"{ends:%Y-%m-%d %H:%M} UTC"
	if left <= timedelta():
		return problem(_("The token has expired on {0}.").format(day), renew)
	if left <= EXPIRY_NOTICE:
		return warning(_("The token expires on {0}.").format(day), renew)
	return ok(_("The token is valid until {0}.").format(day))


def answers(_limit: object = None) -> Finding:
	"""Whether Meta answered the last messages, by what the accounts' rows remember."""
	stored_secrets.unlock()
	silent = rows.many(AccountRow, {"silent_since": ["is", "set"]})
	if not silent:
		return ok(_("No account waits for Meta to answer."))
	details = {row.account_name or row.name: str(row.silent_since)[:16] for row in silent}
	return problem(
		_(
			"Meta lets requests that send messages time out: {0}. Messages wait, and go out when it answers."
		).format(", ".join(details)),
		_(
			"It is tried again by itself, at least every ten minutes. If it lasts, see “{0}” and Meta's status page, "
			"metastatus.com, and choose {1} in the account to try at once."
		).format(_("Connection to Meta"), _("Check Connection")),
		details=details,
	)


def permissions(deadline: Deadline) -> Finding:
	"""Whether every token has the permissions that this app needs, by calls that change nothing."""
	return _each(lambda account: _permissions_of(account, deadline))


def _permissions_of(account: Account, deadline: Deadline) -> Finding:
	tried = {
		_("read the account"): lambda: account.api.account(account.name),
		_("list its numbers"): lambda: account.api.numbers(account.name),
		_("read its webhook subscription"): lambda: account.api.subscribed_apps(account.name),
	}
	refused = [what for what, work in tried.items() if not _allowed(deadline, work)]
	if not _may_send(account, deadline):
		refused.append(_("send messages"))
	if not refused:
		return ok(_("The token may read and send for this account."))
	return problem(
		_("The token may not {0}.").format(", ".join(refused)),
		_(
			"In Meta Business Suite give the system user of the token full control of the WhatsApp account and the "
			"permissions whatsapp_business_management and whatsapp_business_messaging; then enter a new token."
		),
	)


def _allowed(deadline: Deadline, work: Callable[[], object]) -> bool:
	try:
		deadline.wait_for(work)
	except CloudAPIError as error:
		if error.code in DEAD_TOKEN or error.rule.cause in _PASSES:
			raise
		return False
	return True


def _may_send(account: Account, deadline: Deadline) -> bool:
	"""By the token's scopes, because sending cannot be tried without a recipient. A token without scopes counts as allowed."""
	info = deadline.wait_for(account.api.inspect_self)
	if info.scopes and MESSAGING not in info.scopes:
		return False
	accounts = info.granular.get(MESSAGING)
	return not accounts or account.name in accounts


def subscription(deadline: Deadline) -> Finding:
	"""Whether Meta posts the webhooks of every account to this site."""
	return _each(lambda account: _subscription_of(account, deadline))


def _subscription_of(account: Account, deadline: Deadline) -> Finding:
	url = settings.callback_url()
	subscribe = _("Open the account {0} and choose {1}.").format(account.label, _("Set Up Webhooks"))
	app_id = deadline.wait_for(account.api.inspect_self).app_id
	apps = deadline.wait_for(lambda: account.api.subscribed_apps(account.name))
	ours = next((app for app in apps if app_id is None or app.id == app_id), None)
	if not ours:
		return problem(_("Meta posts nothing of this account to the app of its token."), subscribe)
	if not ours.override_callback_uri:
		return _by_app(app_id, url, subscribe, deadline)
	if any(_same(ours.override_callback_uri, each) for each in addresses(account.name)):
		return ok(_("Meta posts to this site."), details={_("Address"): ours.override_callback_uri})
	return problem(_("Meta posts to {0} and not to {1}.").format(ours.override_callback_uri, url), subscribe)


def _by_app(app_id: str | None, url: str, subscribe: str, deadline: Deadline) -> Finding:
	"""For an account without a URL of its own: its webhooks go to the URL of the Meta app, which the app secret can query."""
	secrets = stored_secrets.app_secrets()
	known = _webhook_of(app_id, secrets, deadline) if app_id else None
	if known is None:
		return warning(
			_(
				"Meta posts to the address of the Meta app, which cannot be read: none of the app secrets is that app's."
			),
			subscribe,
		)
	if not known.callback_url:
		return problem(
			_("Neither the account nor its Meta app has an address to which Meta posts."), subscribe
		)
	if not _same(known.callback_url, url):
		return problem(_("Meta posts to {0} and not to {1}.").format(known.callback_url, url), subscribe)
	return ok(_("Meta posts to this site, by the address of the Meta app."), details={_("Address"): url})


def _same(one: str, other: str) -> bool:
	return one.rstrip("/") == other.rstrip("/")


def _elsewhere(_label: str, _name: str) -> Finding:
	return skipped(_("There is no token; see “{0}”.").format(_("Access tokens")))


def _each(
	look: Callable[[Account], Finding], tokenless: Callable[[str, str], Finding] = _elsewhere
) -> Finding:
	"""Combines the findings about all accounts; if Meta does not answer, that is no account's fault."""
	stored_secrets.unlock()
	names = frappe.get_all(ACCOUNT, pluck="name", order_by="creation")
	if not names:
		raise Skip(_("No WhatsApp Business Account is connected yet."))
	found = {}
	for name in names:
		label, account = _account(name)
		# Two accounts may have the same name.
		key = f"{label} ({name})" if label in found else label
		found[key] = _looked_at(account, look) if account else tokenless(label, name)
	return combined(found)


def _looked_at(account: Account, look: Callable[[Account], Finding]) -> Finding:
	try:
		return look(account)
	except Skip as error:
		return skipped(to_user(error.sentence))
	except CloudAPIError as error:
		if error.code in DEAD_TOKEN:
			return skipped(_("Meta refuses the token; see “{0}”.").format(_("Access tokens")))
		if error.rule.cause is Cause.NETWORK:
			return skipped(_("Meta did not answer; see “{0}”.").format(_("Connection to Meta")))
		return skipped(_("Meta could not say: {0}").format(to_user(error.sentence)))
	except TooSlow:
		return skipped(_("Meta did not answer in time; check again."))


def _account(name: str) -> tuple[str, Account | None]:
	"""The label of an account, and the account; None without a usable token."""
	row = rows.one(AccountRow, name)
	label = row.account_name or name
	try:
		return label, Account(name, label, row.attention_reason, settings.cloud_api(name))
	except (ValueError, frappe.ValidationError):
		frappe.clear_last_message()
		return label, None


def _webhook_of(app_id: str, secrets: Sequence[str], deadline: Deadline) -> AppWebhook | None:
	"""The callback URL of the Meta app, asked with each secret that may belong to it; None if none does."""
	for secret in dict.fromkeys((*settings.secrets_of(app_id), *secrets)):
		with suppress(ValueError, CloudAPIError):
			app = settings.app_api(app_id, secret)
			return deadline.wait_for(app.webhook) or AppWebhook()
	return None
