"""The HD Ticket mixin for tickets of WhatsApp customers (ADR 0008).

It does not import Helpdesk's class: whatever it does not handle goes to `super()`.
"""

import inspect

import frappe
from frappe import _
from frappe.model.document import Document

from whatsapp_channel import logs
from whatsapp_channel.helpdesk import tickets
from whatsapp_channel.helpdesk.permissions import ticket_for_agent
from whatsapp_channel.outbound import reply
from whatsapp_channel.rules.customers.address import Route, is_synthetic, recipients, route


class WhatsAppTicketMixin:
	"""Precedes Helpdesk's HDTicket in the class order."""

	@frappe.whitelist()
	@logs.request
	def reply_via_agent(
		self,
		message: str,
		from_email: dict | None = None,
		to: str | None = None,
		cc: str | None = None,
		bcc: str | None = None,
		attachments: list[str] | None = None,
	) -> None:
		"""Called by Helpdesk's reply box, bulk reply, and the notices of merges and splits.

		`self` may be a document from a client's request, so everything is checked for, and done with, the stored ticket of this
		name. Before anything is written it raises frappe.PermissionError for anyone but an agent with write permission,
		frappe.DoesNotExistError, and what `outbound.reply.send` raises.
		"""
		ticket = ticket_for_agent(self.name, "write")
		way = route(to, cc, bcc)
		if way is Route.MIXED:
			frappe.throw(
				_(
					"A reply goes either by WhatsApp or by e-mail. Remove the e-mail addresses, or the WhatsApp address."
				),
				title=_("Two ways at once"),
			)
		if way is Route.EMAIL and is_synthetic(ticket.raised_by) and not recipients(to, cc, bcc):
			# Up to Helpdesk 1.24 an empty field means raised_by, which cannot receive mail here.
			frappe.throw(
				_("Enter a recipient: {0} for WhatsApp, or an e-mail address.").format(ticket.raised_by)
			)
		if way is Route.WHATSAPP:
			ticket._reply_on_whatsapp(message, recipients(to, cc, bcc), attachments or [])
		elif way is Route.SYSTEM and is_synthetic(ticket.raised_by):
			ticket._record_notice(message)
		else:
			ticket._reply_as_helpdesk_does(message, from_email, to, cc, bcc, attachments or [])

	def _reply_on_whatsapp(self, message: str, addresses: tuple[str, ...], attachments: list[str]) -> None:
		reply.send(self, message, addresses, attachments)

	def _record_notice(self, message: str) -> None:
		"""Records a notice of Helpdesk itself without sending it: only agents can open its links."""
		tickets.record_reply(self, message, self.raised_by, delivery_status="")

	def _reply_as_helpdesk_does(
		self,
		message: str,
		from_email: dict | None,
		to: str | None,
		cc: str | None,
		bcc: str | None,
		attachments: list[str],
	) -> None:
		"""Calls Helpdesk's method with keywords: the order of parameters changed in 1.24, which also added `from_email`."""
		original = super().reply_via_agent
		arguments = {"message": message, "to": to, "cc": cc, "bcc": bcc, "attachments": attachments}
		if "from_email" in inspect.signature(original).parameters:
			arguments["from_email"] = from_email
		original(**arguments)

	def on_communication_update(self, communication: Document) -> None:
		"""Helpdesk saves the ticket for every message: ignores mandatory fields, so that no customer's message is lost."""
		if self.get("whatsapp_customer"):
			self.flags.ignore_mandatory = True
		super().on_communication_update(communication)

	def send_acknowledgement_email(self) -> None:
		"""Sends no mail to a synthetic address: Helpdesk would fail, and the ticket would be rolled back."""
		if not is_synthetic(self.raised_by):
			super().send_acknowledgement_email()

	def handle_email_feedback(self) -> None:
		"""The same when the ticket is closed."""
		if not is_synthetic(self.raised_by):
			super().handle_email_feedback()
