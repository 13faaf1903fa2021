"""What is laid over Helpdesk: the mixin on HD Ticket, the ticket's activities.

Entry points like `api`, called by Helpdesk's own pages and code. May import what is below, and Helpdesk within functions.
Commits nothing: it runs within Helpdesk's request.
"""
