"""Checks of the settings: app secrets, the verify token and the address of the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from frappe import _

from whatsapp_channel import settings
from whatsapp_channel.clock import age
from whatsapp_channel.database import single_values
from whatsapp_channel.health import stored_secrets
from whatsapp_channel.health.result import Finding, ok, problem, warning

LATELY = timedelta(days=1)


def app_secret(_deadline: object = None) -> Finding:
	"""Whether an app secret is entered, and whether deliveries are signed with it."""
	stored_secrets.unlock()
	stored = [secret for secret in settings.stored_app_secrets() if secret]
	secrets = settings.app_secrets()
	if not stored:
		return problem(
			_("No app secret is entered, so every delivery of Meta is refused."),
			_("Copy it from Meta's App Dashboard, App settings > Basic, into WhatsApp Channel Settings."),
		)
	if not secrets:
		return problem(
			_(
				"The only app secret is a sandbox's, which everybody knows. It is ignored, so every delivery is refused."
			),
			_(
				"In WhatsApp Channel Settings put the secret from Meta's App Dashboard, App settings > Basic, in its place."
			),
		)
	return (
		_published(stored) or _refused() or ok(_("App secrets that are entered: {0}.").format(len(secrets)))
	)


def _published(stored: Sequence[str]) -> Finding | None:
	"""A published secret of a sandbox that was left in the settings."""
	left_over = [secret for secret in stored if secret.strip() in settings.PUBLISHED]
	if not left_over:
		return None
	if not all(map(settings.is_published, left_over)):
		return warning(
			_(
				"An app secret is that of former sandboxes, which everybody knows: whoever reaches this site can sign with it."
			),
			_(
				"Start the sandbox anew and enter the secret that it shows. It has to be gone before this site serves customers."
			),
		)
	return warning(
		_(
			"A sandbox's app secret, which everybody knows, was left in WhatsApp Channel Settings. It is ignored."
		),
		_("Delete its row there, so that only Meta's secret is left."),
	)


def _refused() -> Finding | None:
	"""Deliveries that were refused recently."""
	times, last, why = single_values(
		settings.SETTINGS, "refused_deliveries", "last_refused_at", "last_refusal"
	)
	if last and age(last) < LATELY:
		return warning(
			_("Deliveries were refused in the last 24 hours ({0} so far): {1}.").format(times, why),
			_(
				"If messages of customers are missing, Meta signs with another secret: compare it in Meta's App Dashboard. Otherwise a stranger tried the address."
			),
		)
	return None


def verify_token(_deadline: object = None) -> Finding:
	"""Whether the verify token for Meta's handshake is entered."""
	stored_secrets.unlock()
	stored = settings.stored_verify_token()
	if not stored:
		return problem(
			_("No verify token is entered, so Meta cannot be given this site's address."),
			_("Enter any long text as verify token in WhatsApp Channel Settings, and the same one at Meta."),
		)
	if settings.verify_token():
		return ok(_("A verify token is entered."))
	return problem(
		_(
			"The verify token is a sandbox's, which everybody knows. It is ignored, so Meta's handshake is refused."
		),
		_("Enter another long text as verify token in WhatsApp Channel Settings, and the same one at Meta."),
	)


def api_address(_deadline: object = None) -> Finding:
	"""Whether access tokens are sent to Meta, and whether another address is allowed."""
	entered, used = settings.entered_address(), settings.api()[0]
	details = {_("Address"): used}
	withdraw = _(
		"Before this site serves customers, enter {0} as API Base URL in WhatsApp Channel Settings and take {1} out of "
		"the site configuration."
	).format(settings.META_API, settings.CUSTOM_API)
	if used != settings.META_API:
		return warning(
			_("Access tokens go to {0}, which is not Meta, as the site configuration allows.").format(used),
			withdraw,
			details=details,
		)
	if entered != settings.META_API:
		return warning(
			_(
				"The API Base URL {0} is ignored, because the site configuration does not allow it: Meta is asked."
			).format(entered),
			_("Enter {0} as API Base URL in WhatsApp Channel Settings. For a sandbox set {1} to 1.").format(
				settings.META_API, settings.CUSTOM_API
			),
			details=details,
		)
	if settings.allows_custom_api():
		return warning(
			_("Whoever may change WhatsApp Channel Settings can have access tokens sent to any server."),
			_("Take {0} out of the site configuration.").format(settings.CUSTOM_API),
			details=details,
		)
	return ok(_("Access tokens go to Meta alone."), details=details)
