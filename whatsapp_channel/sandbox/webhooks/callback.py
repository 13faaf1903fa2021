"""Where webhooks go: the app's address, its overrides, and webhooks that are not sent at all."""

from __future__ import annotations

from whatsapp_channel.sandbox.state.model import Callback
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.webhook_items import Item
from whatsapp_channel.sandbox.webhooks.courier import Target

# Only these fields go to the override address of an account or number [Meta: webhook overrides].
OVERRIDABLE = frozenset(
	{
		"messages",
		"message_echoes",
		"smb_message_echoes",
		"history",
		"smb_app_state_sync",
		"calls",
		"user_preferences",
	}
)


def configure(sandbox: State, url: str, token: str, *, verified: bool | None) -> None:
	"""Sets the app's webhook address; `verified` None: not tried yet."""
	with sandbox.condition:
		sandbox.callback = Callback(url, token, verified)
	sandbox.courier.resume()
	sandbox.touch()


def target(sandbox: State, item: Item) -> Target:
	"""The address for an item; none if the app is not subscribed to the account. The number's override comes first, then
	the account's, then the app's address; account events always go to the app's address, as at Meta."""
	account = sandbox.accounts.get(item.account_id)
	if account is not None and not account.subscribed:
		return Target(None, "The app is not subscribed to the business account (subscribed_apps).")
	chosen = sandbox.callback
	if account is not None and item.field in OVERRIDABLE:
		number = sandbox.numbers.get(item.phone_number_id or "")
		chosen = (number and number.override) or account.override or chosen
	if chosen.url is None:
		return Target(None, "No webhook address is configured.", later=True)
	return Target(chosen.url)
