"""Extensions of Helpdesk and Frappe: the mixins for HD Ticket and File, and the ticket's activities.

These are entry points like `api`, called by Helpdesk's pages and code. They may import the layers below, and Helpdesk
within functions. They never commit, because they run within Helpdesk's request.
"""
