"""Helpdesk's own hooks, limited to functions that the stand-in has."""

app_name = "helpdesk"
app_title = "Helpdesk"
auth_hooks = ["helpdesk.auth.authenticate"]
after_install = "helpdesk.setup.after_install"
doc_events = {"Contact": {"before_insert": "helpdesk.overrides.contact.before_insert"}}
has_permission = {"HD Ticket": "helpdesk.helpdesk.doctype.hd_ticket.hd_ticket.has_permission"}
permission_query_conditions = {"HD Ticket": "helpdesk.helpdesk.doctype.hd_ticket.hd_ticket.permission_query"}
ignore_links_on_delete = ["HD Notification", "HD Ticket Comment"]
