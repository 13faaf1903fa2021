"""Everything that uses Helpdesk's DocTypes: tickets, teams, contacts, badges, permissions.

Of the app it imports only the foundations and `rules`. It never commits.
"""
