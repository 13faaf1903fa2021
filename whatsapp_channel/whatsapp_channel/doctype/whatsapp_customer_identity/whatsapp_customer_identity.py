from frappe.model.document import Document


class WhatsAppCustomerIdentity(Document):
	"""A number or user id that was this customer's until some time; written by conversations.customers.identities."""
