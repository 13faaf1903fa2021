"""The class that replaces HD Ticket's on frameworks that cannot lay a mixin over it.

A module of its own, because only here Helpdesk must be importable at import time.
"""

from helpdesk.helpdesk.doctype.hd_ticket.hd_ticket import HDTicket

from whatsapp_channel.overrides.hd_ticket import WhatsAppTicketMixin


class WhatsAppHDTicket(WhatsAppTicketMixin, HDTicket):
	"""HD Ticket with the replies of this channel."""
