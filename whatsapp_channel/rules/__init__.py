"""Decisions, by subject, as pure functions over values: no frappe, no clock, no I/O.

May import each other, `words`, and the words of `cloud_api` (content, errors, wire).
"""
