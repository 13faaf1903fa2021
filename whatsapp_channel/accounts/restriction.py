"""The restrictions of an account: stored by topic, shown as one text, removed when they expire."""

from whatsapp_channel import rows
from whatsapp_channel.accounts.account_rows import AccountRow
from whatsapp_channel.accounts.facts import dump, restrictions
from whatsapp_channel.clock import site_now, utc_now
from whatsapp_channel.database import plain_values, set_value
from whatsapp_channel.doctypes import ACCOUNT
from whatsapp_channel.rules.accounts.restriction_rules import Restriction, standing
from whatsapp_channel.translate import to_all


def replace(account: str, topic: str, given: tuple[Restriction, ...]) -> bool:
	"""Replaces the stored restrictions of one topic; returns whether that changed anything."""
	row = rows.one(AccountRow, account)
	before = restrictions(row.restrictions)
	after = (*(each for each in before if each.topic != topic), *given)
	if set(after) == set(before):
		return False
	_write(account, row, after, by_meta=True)
	return True


def show(account: str) -> None:
	"""Updates the text on the form and removes expired restrictions. A text without known restrictions is left alone."""
	row = rows.one(AccountRow, account)
	if row and row.restrictions:
		_write(account, row, restrictions(row.restrictions), by_meta=False)


def _write(account: str, row: AccountRow, given: tuple[Restriction, ...], *, by_meta: bool) -> None:
	present = standing(given, utc_now())
	values = {
		"restriction": "\n".join(to_all(each.sentence) for each in present) or None,
		"restrictions": dump(present),
		"restricted_since": (row.restricted_since or site_now()) if present else None,
	}
	values = plain_values(ACCOUNT, values)
	if any(values[field] != getattr(row, field) for field in ("restriction", "restrictions")):
		# An expiry must not change `modified`: a form that is being saved at this moment would fail as out of date.
		set_value(ACCOUNT, account, values, update_modified=by_meta)
