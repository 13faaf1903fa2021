"""Frappe's database layer."""
