"""The class that replaces HD Ticket on frameworks that cannot extend it by a mixin.

It is a separate module, because only this one needs Helpdesk at import time.
"""

from helpdesk.helpdesk.doctype.hd_ticket.hd_ticket import HDTicket

from whatsapp_channel.overrides.hd_ticket import WhatsAppTicketMixin


class WhatsAppHDTicket(WhatsAppTicketMixin, HDTicket):
	"""HD Ticket with the replies of this channel."""
