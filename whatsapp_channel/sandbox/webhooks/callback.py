"""Where webhooks go: the app's address, those that override it, and what is not sent at all."""

from __future__ import annotations

from whatsapp_channel.sandbox.state.model import Callback
from whatsapp_channel.sandbox.state.state import State
from whatsapp_channel.sandbox.state.webhook_items import Item
from whatsapp_channel.sandbox.webhooks.courier import Target

# Fields that an address of the account or number takes over from the app's [Meta: webhook overrides].
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
	"""Makes this the app's address; `verified` None: it was not tried."""
	with sandbox.condition:
		sandbox.callback = Callback(url, token, verified)
	sandbox.courier.resume()
	sandbox.touch()


def target(sandbox: State, item: Item) -> Target:
	"""The address for an item. No webhooks of an account without a subscription. Another address of the number wins over
	that of the account, and that over the app's; account events go to the app's alone, as at Meta."""
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
