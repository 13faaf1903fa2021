"""The mails of a ticket: agents' replies, portal replies, acknowledgement, request for feedback."""

from typing import Any

import frappe
from helpdesk.utils import is_agent


def _setting(field: str) -> Any:
	return frappe.db.get_single_value("HD Settings", field)


class TicketMails:
	"""What HD Ticket sends. Each failure to send rolls back what was to be sent, as in Helpdesk."""

	def handle_email_feedback(self: Any) -> None:
		"""Ask for feedback when the ticket reaches the status chosen for it."""
		if (
			self.is_new()
			or self.via_customer_portal
			or self.feedback_rating
			or not self.has_value_changed("status")
		):
			return
		status = _setting("send_email_feedback_on_status")
		if not _setting("enable_email_ticket_feedback") or self.status != (status or "Closed"):
			return
		url = f"{frappe.utils.get_url()}/ticket-feedback/new?key={self.key}"
		try:
			self._mail([self.raised_by], f"Re: {self.subject}", f"Please rate your ticket: {url}", now=True)
		except Exception as error:
			frappe.throw(f"Could not send feedback email,due to: {error}")

	def send_acknowledgement_email(self: Any) -> None:
		"""Tell whoever raised the ticket that it arrived."""
		subject = f"Ticket #{self.name}: We've received your request"
		try:
			self._mail([self.raised_by], subject, f"We have received your request {self.subject}", now=True)
		except Exception as error:
			frappe.throw(f"Could not send an acknowledgement email due to: {error}")

	def send_reply_email_to_agent(
		self: Any, message: str = "Please check the latest update on the portal."
	) -> None:
		"""Tell the assigned agents that the customer wrote on the portal."""
		if agents := self.get_assigned_agents():
			self._mail(agents, f"Re: {self.subject} - #{self.name}", message, now=True)

	def _mail(self: Any, recipients: Any, subject: str, message: str, **options: Any) -> None:
		place = {"reference_doctype": "HD Ticket", "reference_name": self.name}
		frappe.sendmail(recipients=recipients, subject=subject, message=message, **place, **options)

	@frappe.whitelist()
	def reply_via_agent(
		self: Any,
		message: str,
		from_email: dict | None = None,
		to: str | None = None,
		cc: str | None = None,
		bcc: str | None = None,
		attachments: list[str] = [],  # noqa: B006 (Helpdesk's signature)
	) -> None:
		"""An agent's reply by mail; raises ValidationError when there is no account to send it from."""
		if not is_agent():
			frappe.throw("You are not permitted to reply as an agent", frappe.PermissionError)
		skip = bool(_setting("skip_email_workflow"))
		account = None if skip else self._sender_account(from_email)
		recipients = frappe.db.get_value("User", to, "email") if to == "Administrator" else to
		addresses = {"recipients": recipients, "cc": cc, "bcc": bcc}
		values = {"communication_medium": "" if skip else "Email", "email_account": account and account.name}
		values |= {"sender": (from_email or {}).get("email_id") or frappe.session.user, "content": message}
		last = self.get_last_communication()
		communication = self._communicate("Sent", values | addresses)
		files = [self._attach(name, communication) for name in attachments]
		if skip or not _setting("enable_reply_email_via_agent"):
			return
		if not account:
			frappe.throw("Unable to send email. Please setup default outgoing email account.")
		if not last:
			# Helpdesk 1.25.1 replies to an earlier message and fails if there is none.
			frappe.throw("'NoneType' object has no attribute 'name'")
		options = {"sender": account.email_id, "communication": communication.name}
		options |= {"attachments": files, "expose_recipients": "header", "cc": cc, "bcc": bcc}
		self._mail(recipients, f"Re: {self.subject}", message, **options)

	def _sender_account(self: Any, from_email: Any) -> Any:
		name = (from_email or {}).get("email_account")
		if name and not frappe.db.exists("Email Account", name):
			frappe.throw(f"No Email Account found for {from_email.get('email_id')}")
		last = None if name else self.get_last_communication()
		for choice in (name, last and last.email_account):
			found = choice and frappe.db.get_value(
				"Email Account", choice, ["name", "email_id"], as_dict=True
			)
			if found:
				return found
		return frappe.db.get_value(
			"Email Account", {"default_outgoing": 1}, ["name", "email_id"], as_dict=True
		)

	def _attach(self: Any, name: str, communication: Any) -> dict[str, str]:
		file = frappe.get_doc("File", name)
		file.update({"attached_to_doctype": "Communication", "attached_to_name": communication.name})
		file.save(ignore_permissions=True)
		self.attach_file_with_doc("HD Ticket", self.name, file.file_url)
		return {"file_url": file.file_url}

	def _communicate(self: Any, direction: str, values: dict[str, Any]) -> Any:
		place = {"reference_doctype": "HD Ticket", "reference_name": self.name, "status": "Linked"}
		kind = {"communication_type": "Communication", "email_status": "Open", "sent_or_received": direction}
		doc = frappe.get_doc(
			{"doctype": "Communication", "subject": f"Re: {self.subject}"} | place | kind | values
		)
		return doc.insert(ignore_permissions=True)

	@frappe.whitelist()
	def create_communication_via_contact(
		self: Any,
		message: str,
		attachments: list[dict] = [],  # noqa: B006 (Helpdesk's signature)
		new_ticket: bool = False,
	) -> None:
		"""What a customer writes on the portal."""
		if not new_ticket:
			if _setting("enable_reply_email_to_agent"):
				self.send_reply_email_to_agent(message)
			self.status = self.ticket_reopen_status
			self.save(ignore_permissions=True)
		values = {"communication_medium": "Email", "sender": frappe.session.user, "content": message}
		communication = self._communicate("Received", values)
		for each in self.get("attachments") or attachments:
			self._attach(each["name"], communication)
