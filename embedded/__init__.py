"""A stand-in for a Frappe site with Helpdesk, on SQLite; see README.md beside this file."""
