import frappe.model.base_document as _base_document

from whatsapp_channel import doctypes as _doctypes
from whatsapp_channel.doctypes import SAVED as _SAVED

app_name = "whatsapp_channel"
app_title = "WhatsApp Channel"
app_publisher = "WhatsApp Channel contributors"
app_description = "Customers write on WhatsApp, agents answer in their Helpdesk tickets"
app_license = "agpl-3.0"

required_apps = ["frappe/helpdesk"]

before_install = "whatsapp_channel.install.before_install"
after_install = "whatsapp_channel.install.after_install"
after_migrate = "whatsapp_channel.install.after_migrate"
before_uninstall = "whatsapp_channel.install.before_uninstall"

before_request = "whatsapp_channel.encryption.read_key"
after_request = "whatsapp_channel.api.webhook.store_unread"

# A framework with `extend_doctype_class` lays mixins over whatever class other apps chose; an older one knows
# only the replacement of the class. Both at once would apply the mixin twice, and early builds of version 16
# lack the first, so the feature is asked for instead of the version.
if hasattr(_base_document, "_get_extended_class"):
	extend_doctype_class = {
		"HD Ticket": ["whatsapp_channel.overrides.hd_ticket.WhatsAppTicketMixin"],
		"Assignment Rule": ["whatsapp_channel.helpdesk.assignment.AssignmentRuleMixin"],
		"File": ["whatsapp_channel.overrides.file.CustomersFileMixin"],
	}
else:
	override_doctype_class = {
		"HD Ticket": "whatsapp_channel.overrides.hd_ticket_class.WhatsAppHDTicket",
		"Assignment Rule": "whatsapp_channel.helpdesk.assignment_class.WhatsAppAssignmentRule",
		"File": "whatsapp_channel.overrides.file_class.WhatsAppFile",
	}

override_whitelisted_methods = {
	"helpdesk.helpdesk.doctype.hd_ticket.api.get_ticket_activities": "whatsapp_channel.overrides.activities.get_ticket_activities",
	# Its own address before it moved: whoever calls that still gets an answer. For one release.
	"whatsapp_channel.helpdesk.activities.get_ticket_activities": "whatsapp_channel.overrides.activities.get_ticket_activities",
}

doc_events = {
	"HD Ticket": {
		"before_insert": "whatsapp_channel.overrides.ticket_fields.keep",
		"before_validate": "whatsapp_channel.overrides.ticket_fields.keep",
		"on_update": "whatsapp_channel.helpdesk.tickets.carry_to_merge_target",
		"on_trash": "whatsapp_channel.helpdesk.tickets.forget_ticket",
	},
	"System Settings": {"on_update": "whatsapp_channel.schedule.follow_zone"},
	"HD Team": {"on_trash": "whatsapp_channel.helpdesk.teams.warn_before_deletion"},
	**{_doctype: {"before_save": "whatsapp_channel.documents.make_plain"} for _doctype in _SAVED},
}

scheduler_events = {
	"cron": {
		"* * * * *": ["whatsapp_channel.schedule.sweep"],
		"*/2 * * * *": ["whatsapp_channel.schedule.wake_failed_files"],
	},
	"hourly": [
		"whatsapp_channel.privacy.export.delete_old",
		"whatsapp_channel.accounts.status.refresh_all",
		"whatsapp_channel.onboarding.signup_rows.clear_expired",
	],
	"daily_long": [
		"whatsapp_channel.privacy.old_media.redact_old_media",
		"whatsapp_channel.inbound.unfiled.delete_old_ones",
	],
}

permission_query_conditions = {
	_doctypes.CONVERSATION: "whatsapp_channel.helpdesk.permissions.conversation_conditions",
	_doctypes.MESSAGE: "whatsapp_channel.helpdesk.permissions.message_conditions",
	_doctypes.MEDIA: "whatsapp_channel.helpdesk.permissions.media_conditions",
	_doctypes.IDENTITY: "whatsapp_channel.helpdesk.permissions.identity_conditions",
}
# Frappe's own search for links lists whatever a client asks for, without these conditions, if the client says that
# user permissions do not count.
standard_queries = dict.fromkeys(_doctypes.SEARCHED, "whatsapp_channel.api.search.search")
has_permission = {
	_doctypes.CONVERSATION: "whatsapp_channel.helpdesk.permissions.may_read_conversation",
	_doctypes.MESSAGE: "whatsapp_channel.helpdesk.permissions.may_read_message",
}

# Tickets, contacts and communications stay deletable although our rows point at them.
ignore_links_on_delete = [
	_doctypes.CUSTOMER,
	_doctypes.CONVERSATION,
	_doctypes.SESSION,
	_doctypes.MESSAGE,
	_doctypes.DELIVERY,
	_doctypes.ITEM,
	_doctypes.SIGN,
]

default_log_clearing_doctypes = {
	_doctypes.ITEM: 30,
	_doctypes.DELIVERY: 30,
	_doctypes.SIGN: 30,
}

export_python_type_annotations = True
require_type_annotated_api_methods = True
