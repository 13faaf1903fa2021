"""All that knows Helpdesk's DocTypes: tickets, teams, contacts, badges, permissions.

A leaf: of the app it imports the foundations and `rules`. Commits nothing.
"""
