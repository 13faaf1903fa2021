"""Tokens: what each may do and for how long, and the code of Embedded Signup that is exchanged for one.

Source: Meta, Embedded Signup implementation and onboarding as a tech provider (18 June 2026); Graph API, debug_token.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from whatsapp_channel.sandbox.graph import graph_errors
from whatsapp_channel.sandbox.state.model import JSON, SandboxError
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.tokens import Code, Grant

CODE_LIFE = timedelta(seconds=30)
MANAGEMENT, MESSAGING = "whatsapp_business_management", "whatsapp_business_messaging"
SCOPES = (MANAGEMENT, MESSAGING)
EXPIRED_CODE, UNKNOWN_CODE, USED_CODE = 36007, 36008, 36009
USER_ID = "700000000000001"


class OAuth:
	"""Operations on codes and tokens; the data itself is in the state. A token must also be in `sandbox.tokens`, which tests
	may empty."""

	def __init__(self, sandbox: State) -> None:
		self.sandbox = sandbox

	@property
	def codes(self) -> dict[str, Code]:
		"""All issued codes, used or not."""
		return self.sandbox.codes

	@property
	def grants(self) -> dict[str, Grant]:
		"""The grant of each issued token."""
		return self.sandbox.grants

	def make_code(self, waba_ids: Sequence[str], *, given: bool) -> str:
		"""A new code for these accounts; its 30 seconds begin now, or when `give` is called."""
		code = "AQ" + secrets.token_urlsafe(96)
		self.codes[code] = Code(tuple(waba_ids), None)
		if given:
			self.give(code)
		return code

	def give(self, code: str) -> None:
		"""Hands the code to the opener: its 30 seconds begin, or are already over if the switch expire_code is on."""
		now = self.sandbox.clock()
		late = CODE_LIFE + timedelta(seconds=1) if self.sandbox.signup.expire_code else timedelta()
		self.codes[code].issued_at = now - late

	def exchange(self, app_id: str, secret: str, code: str) -> Grant:
		"""The token for a code; raises GraphError with Meta's text for wrong credentials and bad codes."""
		config = self.sandbox.config
		if app_id != config.app_id:
			text = "Error validating application. Cannot get application info due to a system error."
			raise _refused(101, None, text)
		if not secrets.compare_digest(secret.encode(), config.app_secret.encode()):
			raise _refused(1, None, "Error validating client secret.")
		with self.sandbox.condition:
			return self.grant(waba_ids=self._redeem(code).waba_ids)

	def _redeem(self, code: str) -> Code:
		found = self.codes.get(code)
		if found is None or found.issued_at is None:
			raise _refused(100, UNKNOWN_CODE, "Invalid verification code format.")
		if found.used:
			raise _refused(100, USED_CODE, "This authorization code has been used.")
		if self.sandbox.clock() - found.issued_at > CODE_LIFE:
			raise _refused(100, EXPIRED_CODE, "This authorization code has expired.")
		found.used = True
		return found

	def grant(
		self,
		token: str | None = None,
		*,
		scopes: Sequence[str] = SCOPES,
		waba_ids: Sequence[str] | None = None,
		days: float | None = None,
		app_id: str | None = None,
	) -> Grant:
		"""Issues a new token, or gives a known token string these rights. `days`: 0 never expires, None: as the switch says."""
		now = self.sandbox.clock()
		life = self.sandbox.signup.token_days if days is None else days
		made = Grant(
			token=token or "EAA" + secrets.token_hex(80),
			app_id=app_id or self.sandbox.config.app_id,
			scopes=tuple(scopes),
			waba_ids=None if waba_ids is None else tuple(waba_ids),
			issued_at=now,
			expires_at=now + timedelta(days=life) if life else None,
		)
		unknown = [one for one in made.waba_ids or () if one not in self.sandbox.accounts]
		if unknown:
			raise SandboxError(f"waba_ids: there is no account {unknown[0]!r}.")
		self.grants[made.token] = made
		self.sandbox.tokens.add(made.token)
		self.sandbox.touch()
		return made

	def find(self, token: str | None) -> Grant | None:
		"""The grant of a token, expired or not; None if it was never issued or was revoked."""
		if not token or token not in self.sandbox.tokens:
			return None
		everything = Grant(token, self.sandbox.config.app_id, SCOPES, None, self.sandbox.clock(), None)
		return self.grants.get(token, everything)

	def scopes(self, grant: Grant) -> tuple[str, ...]:
		"""A token's scopes without those in the switch missing_scopes."""
		return tuple(one for one in grant.scopes if one not in self.sandbox.signup.missing_scopes)

	def authorise(self, token: str | None) -> Grant:
		"""The grant of a request's token; raises GraphError 104, 190, or 190 with subcode 463 if expired."""
		grant = self.find(token)
		if grant is None:
			raise graph_errors.token_error(present=bool(token))
		if self.expired(grant):
			raise graph_errors.GraphError(401, expiry_error(grant))
		return grant

	def expired(self, grant: Grant) -> bool:
		"""Whether a token is expired."""
		return grant.expires_at is not None and self.sandbox.clock() >= grant.expires_at

	def is_app(self, token: str | None) -> bool:
		"""Whether this is the app's own token, id|secret."""
		return token == f"{self.sandbox.config.app_id}|{self.sandbox.config.app_secret}"


def expiry_error(grant: Grant) -> JSON:
	"""Graph's error for an expired token."""
	ended = grant.expires_at.strftime("%A, %d-%b-%y %H:%M:%S UTC") if grant.expires_at else ""
	message = f"Error validating access token: Session has expired on {ended}."
	return {"message": message, "type": "OAuthException", "code": 190, "error_subcode": 463}


def _refused(code: int, subcode: int | None, message: str) -> graph_errors.GraphError:
	error: JSON = {"message": message, "type": "OAuthException", "code": code}
	if subcode is not None:
		error["error_subcode"] = subcode
	return graph_errors.GraphError(400, error)
