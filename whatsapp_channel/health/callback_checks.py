"""Checks of the callback URL, from this server: the handshake and a signed delivery."""

from __future__ import annotations

import json
from hashlib import sha256
from statistics import median

import frappe
from frappe import _

from whatsapp_channel import settings
from whatsapp_channel.cloud_api import signature
from whatsapp_channel.database import in_transaction
from whatsapp_channel.doctypes import DELIVERY
from whatsapp_channel.health import stored_secrets
from whatsapp_channel.health.deadline import Deadline, TooSlow
from whatsapp_channel.health.own_site import Answer, Question, Unreachable, ask
from whatsapp_channel.health.result import Finding, Skip, ok, problem, skipped, warning
from whatsapp_channel.helpdesk.site_settings import is_blocked
from whatsapp_channel.inbound import delivery
from whatsapp_channel.translate import to_user

TIMES = 5
# Meta's page on throughput asks webhooks for a median of at most 250 ms, with less than 1 % over a second.
MEDIAN_SECONDS = 0.25
LONGEST_SECONDS = 1.0


def handshake(deadline: Deadline) -> Finding:
	"""Sends Meta's GET with the verify token a few times: whether the challenge is returned, and how fast."""
	url, token = settings.callback_url(), stored_secrets.verify_token()
	if not (settings.is_https() or settings.is_sandbox()):
		return problem(
			_("Meta posts to https addresses alone, and this site is {0}.").format(url),
			_("Give the site a certificate and set host_name in its configuration to the https address."),
		)
	_not_blocked()
	challenge = frappe.generate_hash(length=16)
	params = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
	try:
		answers = ask(deadline, Question("GET", params), TIMES)
	except (Unreachable, TooSlow) as error:
		return _silent(url, error)
	return _unlike(url, answers[0], challenge) or _speed(url, [answer.seconds for answer in answers])


def _not_blocked() -> None:
	if is_blocked(settings.WEBHOOK_PATH):
		raise Skip(_("Helpdesk blocks the address; see “{0}”.").format(_("Blocked endpoints of Helpdesk")))


def _silent(url: str, error: Unreachable | TooSlow) -> Finding:
	return problem(
		_("{0} cannot be reached from this server: {1}").format(url, to_user(error.sentence)),
		_(
			"Check DNS, certificate, proxy and firewall, and host_name in the site configuration. If only the server "
			"itself cannot reach the address while the internet can, let it resolve to the proxy. A web server with a "
			"single worker waits for itself here: then use bench whatsapp-doctor."
		),
	)


def _unlike(url: str, answer: Answer, challenge: str) -> Finding | None:
	"""The finding for a response that is not the challenge."""
	if answer.status == 200 and answer.text == challenge:
		return None
	if answer.location:
		return problem(
			_("{0} redirects to {1}, and Meta takes any answer but 200 as a failure.").format(
				url, answer.location
			),
			_("Set host_name in the site configuration to the address that answers by itself."),
		)
	return problem(
		_("{0} answers {1} instead of repeating Meta's challenge.").format(url, answer.status),
		_(
			"Another site or a proxy seems to answer there. Let the address lead to this site, unchanged and without a login."
		),
	)


def _speed(url: str, seconds: list[float]) -> Finding:
	middle, longest = median(seconds), max(seconds)
	details = {
		_("Address"): url,
		_("Median in milliseconds"): round(middle * 1000),
		_("Longest in milliseconds"): round(longest * 1000),
	}
	took = _("The handshake succeeds in {0} ms (median of {1}).").format(round(middle * 1000), len(seconds))
	asked = _("Meta asks for a median of at most 250 ms and less than 1 % over 1 second.")
	fix = _(
		"Give the web server more workers or a faster machine: a slow webhook has Meta repeat deliveries."
	)
	if middle > LONGEST_SECONDS:
		return problem(f"{took} {asked}", fix, details=details)
	if middle > MEDIAN_SECONDS:
		return warning(f"{took} {asked}", fix, details=details)
	return ok(took, details=details)


def signed_delivery(deadline: Deadline) -> Finding:
	"""Posts an empty delivery with a valid signature, through proxy, endpoint and database.

	Its row is deleted afterwards. The refusal of a wrong signature is checked by calling the endpoint's function and not by
	HTTP, because refused deliveries are counted for the administrator.
	"""
	secrets = stored_secrets.app_secrets()
	_not_blocked()
	body = _empty_delivery()
	right, wrong = signature.sign(secrets[0], body), signature.sign(secrets[0] + "?", body)
	if signature.verify(body, wrong, secrets) or not signature.verify(body, right, secrets):
		return problem(_("Signatures are not told apart: the app is damaged."), _("Install the app again."))
	headers = {"Content-Type": "application/json", "X-Hub-Signature-256": right}
	try:
		answer = ask(deadline, Question("POST", content=body, headers=headers))[0]
	except (Unreachable, TooSlow):
		raise Skip(_("The address does not answer; see “{0}”.").format(_("Callback address"))) from None
	finally:
		_forget(body)
	return _judged(answer)


def _empty_delivery() -> bytes:
	"""A valid delivery without items, and unique, so that only this one is deleted afterwards."""
	return json.dumps(
		{"object": "whatsapp_business_account", "entry": [], "self_test": frappe.generate_hash(length=32)}
	).encode()


def _forget(body: bytes) -> None:
	# A new transaction, because MariaDB 11.8 refuses to delete a row that was stored after the first read of this one; and
	# committed, even if a later check fails.
	in_transaction(lambda: frappe.db.delete(DELIVERY, {"name": sha256(body).hexdigest()}))


def _judged(answer: Answer) -> Finding:
	took = {_("Milliseconds"): round(answer.seconds * 1000)}
	if answer.status == 200:
		return ok(_("A signed delivery is accepted and stored; a wrong signature is refused."), details=took)
	if answer.status == 401:
		# The endpoint counted it as refused; take that back.
		delivery.count_refusal("signature", -1)
		return problem(
			_("A correctly signed delivery is refused: something on the way changes it."),
			_(
				"Let the proxy pass on the header X-Hub-Signature-256 and the body as they are, and restart the web "
				"server after a change of secrets."
			),
		)
	if answer.status in (413, 503):
		return problem(
			_("A signed delivery is not stored: the endpoint answers {0}.").format(answer.status),
			_(
				"Look at logs/whatsapp_channel.log of the site, at the database and its disk, and at the proxy's limits."
			),
		)
	return skipped(
		_("The address answers {0}; see “{1}”.").format(answer.status, _("Callback address")), details=took
	)
