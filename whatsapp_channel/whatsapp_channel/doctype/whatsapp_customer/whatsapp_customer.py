from frappe.model.document import Document


class WhatsAppCustomer(Document):
	"""A customer; written by conversations.customers.customer, and locked for all work on their conversations."""
