"""The parts of HD Ticket that a channel uses: defaults, who raised it, effects of communications."""

import json
import uuid
from typing import Any

import frappe
from frappe.desk.form.assign_to import add as assign
from frappe.desk.form.assign_to import get as get_assignees
from frappe.model.document import Document
from helpdesk.helpdesk.doctype.hd_service_level_agreement.hd_service_level_agreement import get_sla
from helpdesk.helpdesk.doctype.hd_ticket.mails import TicketMails
from helpdesk.utils import get_agents_team, get_customer, get_doc_room, is_admin, is_agent, publish_event

_LOGGED = {
	"status": "status",
	"priority": "priority",
	"agent_group": "team",
	"contact": "contact",
	"ticket_type": "type",
}


class HDTicket(TicketMails, Document):
	"""The events of Helpdesk's controller, in its order."""

	@property
	def default_open_status(self) -> str:
		"""The status of new tickets and of those that a customer writes to before an agent did."""
		return self._status("default_ticket_status")

	@property
	def ticket_reopen_status(self) -> str:
		"""The status of tickets that a customer writes to after an agent did."""
		return self._status("ticket_reopen_status")

	def _status(self, field: str) -> str:
		own = frappe.db.get_value("HD Service Level Agreement", self.sla, field) if self.sla else None
		return own or frappe.db.get_single_value("HD Settings", field)

	@property
	def has_agent_replied(self) -> Any:
		"""Whether anything was sent from the ticket."""
		place = {"reference_doctype": "HD Ticket", "reference_name": self.name, "sent_or_received": "Sent"}
		return frappe.db.exists("Communication", place)

	def publish_update(self) -> None:
		"""Make the viewers of the ticket reload it."""
		publish_event(
			"helpdesk:ticket-update", room=get_doc_room("HD Ticket", self.name), data={"ticket_id": self.name}
		)

	def before_insert(self) -> None:
		"""The key of the feedback link."""
		self.key = str(uuid.uuid4())

	def before_validate(self) -> None:
		"""Fill in what is missing; new tickets always begin with the default status."""
		self.ticket_type = self.ticket_type or frappe.db.get_single_value(
			"HD Settings", "default_ticket_type"
		)
		self.raised_by = self.raised_by or frappe.session.user
		self.priority = self.priority or self._default_priority()
		self._set_first_response()
		if self.is_new():
			self.status = self.default_open_status
		category = frappe.db.get_value("HD Ticket Status", self.status, "category")
		self.status_category = self.status_category or category
		if sla := get_sla(self):
			self.sla = sla.name
		self._set_contact()

	def _default_priority(self) -> str:
		own = frappe.db.get_value("HD Ticket Type", self.ticket_type, "priority")
		return own or frappe.db.get_single_value("HD Settings", "default_priority")

	def _set_first_response(self) -> None:
		before = self.get_doc_before_save()
		if self.is_new() or self.first_responded_on or not before:
			return
		solved = before.status_category == "Open" and self.status_category == "Resolved"
		if solved or self.status_category == "Paused":
			self.first_responded_on = frappe.utils.now_datetime()

	def _set_contact(self) -> None:
		address = frappe.utils.parse_addr(self.raised_by)[1]
		if address and not self.contact:
			self.contact = frappe.db.get_value("Contact", {"email_id": address})
		if self.contact and not self.customer and len(customers := get_customer(self.contact)) == 1:
			self.customer = customers[0]

	def validate(self) -> None:
		"""Customers may have to rate a ticket before they close it."""
		resolved = self.status_category == "Resolved" and not self.feedback_rating
		mandatory = resolved and not is_agent() and self.has_agent_replied
		if mandatory and frappe.db.get_single_value("HD Settings", "is_feedback_mandatory"):
			frappe.throw("Ticket must be resolved with a feedback")

	def before_save(self) -> None:
		"""Due times, the log of changes, the mail that asks for feedback."""
		# Raises DoesNotExistError without any service level, as Helpdesk does.
		frappe.get_last_doc("HD Service Level Agreement", {"name": self.sla}).apply(self)
		if not self.is_new():
			for field, word in _LOGGED.items():
				if self.has_value_changed(field):
					log_ticket_activity(self.name, f"set {word} to {self.get(field)}")
		self.handle_email_feedback()

	def after_insert(self) -> None:
		"""A description becomes the first communication; the acknowledgement goes out when it is on."""
		publish_event("helpdesk:new-ticket")
		if self.description:
			self.create_communication_via_contact(self.description, new_ticket=True)
		wanted = frappe.db.get_single_value("HD Settings", "send_acknowledgement_email")
		if wanted and not self.via_customer_portal and not frappe.flags.initial_sync:
			self.send_acknowledgement_email()

	def on_update(self) -> None:
		"""Notify the assigned agents when the ticket is reopened."""
		before = self.get_doc_before_save()
		if before and self.status_category == "Open" != before.status_category:
			for agent in self.get_assigned_agents():
				if agent != frappe.session.user:
					self.notify_agent(agent, "Reaction")
		self.publish_update()

	def notify_agent(self, agent: str, notification_type: str = "Assignment") -> None:
		"""A row in the agent's notifications."""
		values = {"user_from": frappe.session.user, "user_to": agent, "notification_type": notification_type}
		place = {"doctype": "HD Notification", "reference_ticket": self.name}
		frappe.get_doc(values | place).insert(ignore_permissions=True)

	def get_assigned_agents(self) -> list[str]:
		"""The agents that the ticket is assigned to."""
		users = [each.owner for each in get_assignees({"doctype": "HD Ticket", "name": self.name})]
		return frappe.get_all("HD Agent", filters={"name": ["in", users]}, pluck="name") if users else []

	@frappe.whitelist()
	def assign_agent(self, agent: str) -> None:
		"""Assign the ticket."""
		assign({"assign_to": [agent], "doctype": "HD Ticket", "name": self.name})

	def on_trash(self) -> None:
		"""Delete the log and comments together with the ticket."""
		frappe.db.delete("HD Ticket Activity", {"ticket": self.name})
		frappe.db.delete("HD Ticket Comment", {"reference_ticket": self.name})

	def on_communication_update(self, c: Any) -> None:
		"""Every save of a communication changes status and times of its ticket, even of a closed one."""
		now = frappe.utils.now_datetime()
		if c.sent_or_received == "Received":
			self.status = self.ticket_reopen_status if self.has_agent_replied else self.default_open_status
			self.last_customer_response = now
		if c.sent_or_received == "Sent":
			if c.communication_type == "Automated Message":
				return
			self.first_responded_on = self.first_responded_on or now
			self.last_agent_response = now
			if frappe.db.get_single_value("HD Settings", "auto_update_status"):
				self.status = frappe.db.get_single_value("HD Settings", "update_status_to")
		self.description = self.description or c.content
		self.save()

	@frappe.whitelist()
	def get_last_communication(self) -> Any:
		"""The newest communication, or None."""
		try:
			place = {"reference_doctype": "HD Ticket", "reference_name": ["=", str(self.name)]}
			return frappe.get_last_doc("Communication", filters=place)
		except frappe.DoesNotExistError:
			return None

	@frappe.whitelist()
	def new_comment(self, content: str, attachments: list[str] = []) -> None:  # noqa: B006 (Helpdesk's signature)
		"""An internal remark."""
		if not is_agent():
			frappe.throw("You are not permitted to add a comment", frappe.PermissionError)
		comment = frappe.new_doc("HD Ticket Comment")
		comment.update(
			{"commented_by": frappe.session.user, "content": content, "reference_ticket": self.name}
		)
		comment.save()

	def attach_file_with_doc(self, doctype: str, docname: str, file_url: str) -> None:
		"""One more row for a file, attached to another document."""
		file = frappe.new_doc("File")
		file.update({"attached_to_doctype": doctype, "attached_to_name": docname, "file_url": file_url})
		file.save(ignore_permissions=True)


def log_ticket_activity(ticket: str, action: str) -> None:
	"""A line in the ticket's history."""
	values = {"doctype": "HD Ticket Activity", "ticket": ticket, "action": action}
	frappe.get_doc(values).insert(ignore_permissions=True)


def has_permission(doc: Any, user: str | None = None) -> bool:
	"""Customers see their own tickets, agents all of them or those of their teams."""
	user = user or frappe.session.user
	if (
		user in (doc.contact, doc.raised_by, doc.owner)
		or is_admin(user)
		or doc.customer in get_customer(user)
	):
		return True
	if not is_agent(user):
		return False
	if not frappe.db.get_single_value("HD Settings", "restrict_tickets_by_agent_group"):
		return True
	if not doc.get("agent_group") and _shows_tickets_without_team():
		return True
	if user in json.loads(doc.get("_assign") or "[]"):
		return True
	teams = get_agents_team()
	return any(team.ignore_restrictions or team.team_name == doc.get("agent_group") for team in teams)


def permission_query(user: str | None) -> str | None:
	"""The same for lists, as SQL."""
	user = user or frappe.session.user
	restricted = frappe.db.get_single_value("HD Settings", "restrict_tickets_by_agent_group")
	if is_admin(user) or (is_agent(user) and not restricted):
		return None
	quoted = frappe.db.escape(user, percent=False)
	choices = [f"`tabHD Ticket`.{column} = {quoted}" for column in ("owner", "contact", "raised_by")]
	choices += [
		f"`tabHD Ticket`.customer = {frappe.db.escape(each, percent=False)}" for each in get_customer(user)
	]
	if is_agent(user):
		choices += _team_conditions(user)
	return " or ".join(choices)


def _team_conditions(user: str) -> list[str]:
	teams = get_agents_team()
	if any(team.ignore_restrictions for team in teams):
		return ["true"]
	choices = [f"""instr(ifnull(`tabHD Ticket`._assign, ''), '"{user}"') > 0"""]
	choices += [
		f"`tabHD Ticket`.agent_group = {frappe.db.escape(team.team_name, percent=False)}" for team in teams
	]
	if _shows_tickets_without_team():
		choices.append("ifnull(`tabHD Ticket`.agent_group, '') = ''")
	return choices


def _shows_tickets_without_team() -> Any:
	return frappe.db.get_single_value("HD Settings", "do_not_restrict_tickets_without_an_agent_group")
