"""What is laid over Helpdesk and Frappe: the mixins on HD Ticket and File, the ticket's activities.

Entry points like `api`, called by Helpdesk's own pages and code. May import what is below, and Helpdesk within functions.
Commits nothing: it runs within Helpdesk's request.
"""
