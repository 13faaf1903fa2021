"""Meta's check of a webhook address before it is accepted."""

from __future__ import annotations

import secrets

import httpx

from whatsapp_channel.sandbox.webhooks.signed_json import tls_context


def verify(url: str, verify_token: str, timeout: float = 10.0) -> str | None:
	"""GETs the address with hub.mode, hub.challenge and hub.verify_token. Returns None if the answer is
	correct, else a text that says what is wrong. `timeout` in seconds [Meta's page on webhooks, verification requests]."""
	challenge = str(secrets.randbelow(10**10))
	query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
	try:
		with httpx.Client(verify=tls_context(), trust_env=False, timeout=timeout) as client:
			answer = client.get(url, params=query)
	except (httpx.HTTPError, httpx.InvalidURL) as problem:
		return f"{url} did not answer ({type(problem).__name__}: {problem}). Is the helpdesk running?"
	if answer.status_code != 200:
		return f"{url} answered HTTP {answer.status_code} to the verification request. Is the verify token the same?"
	if answer.text.strip() != challenge:
		return f"{url} answered {answer.text[:80]!r} instead of the challenge as plain text."
	return None
