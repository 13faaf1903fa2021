"""Frappe's own hooks, limited to functions that the stand-in has."""

app_name = "frappe"
app_title = "Frappe Framework"
ignore_links_on_delete = [
	"Communication",
	"ToDo",
	"Comment",
	"View Log",
	"File",
	"Email Queue",
	"Email Unsubscribe",
	"Error Log",
	"DocType",
]
has_permission = {"Communication": "frappe.core.doctype.communication.communication.has_permission"}
doc_events = {"*": {"on_update": "frappe.automation.doctype.assignment_rule.assignment_rule.apply"}}
