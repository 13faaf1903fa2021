"""Decisions, by subject, as plain functions over values. No frappe, no clock of their own, no I/O.

May import each other, `words`, and the words of `cloud_api` (content, errors, wire).
"""
