"""Keeps plain text free of characters that pages would interpret as HTML.

Frappe's desk prints nearly every column as HTML: its grids, lists and report views pass Data, Small Text and what has no
formatter of its own to `.html()` and take out no more than `<script>` (form/formatters.js, grid_row.js). It also writes
values between quotes that it does not escape: names of linked rows in `data-filter="..."` (list/list_view.js), values
that a list is grouped by in `data-name="..."` (list/list_sidebar_group_by.js). There a quote alone adds an event handler.

So these characters are replaced by similar ones before they are stored: if they were escaped, pages that do treat the column
as text would show `&lt;`.
"""

from __future__ import annotations

from whatsapp_channel.cloud_api.payload import without_markup, without_tags

# Shown as text, in an editor that sanitises, or not at all.
_EXEMPT = frozenset(
	{
		"Code",
		"JSON",
		"Password",
		"Text Editor",
		"HTML Editor",
		"Markdown Editor",
		"HTML",
		"Geolocation",
		"Signature",
	}
)
# Texts and lists, which are not used for grouping; and exact names of rows or files.
_WITH_QUOTES = frozenset(
	{"Small Text", "Text", "Long Text", "Link", "Dynamic Link", "Attach", "Attach Image", "Table MultiSelect"}
)


def is_printed(fieldtype: str) -> bool:
	"""Whether the desk prints columns of this type as HTML; types without a text count as well."""
	return fieldtype not in _EXEMPT


def may_hold_markup(text: str) -> bool:
	"""A cheap check whether `for_column` would change anything."""
	return "<" in text or ">" in text or '"' in text


def for_column(text: str, fieldtype: str) -> str:
	"""The text with the replacements for a column of this type. Idempotent."""
	if not is_printed(fieldtype):
		return text
	return without_tags(text) if fieldtype in _WITH_QUOTES else without_markup(text)
