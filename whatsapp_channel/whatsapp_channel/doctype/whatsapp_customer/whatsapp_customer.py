from frappe.model.document import Document


class WhatsAppCustomer(Document):
	"""A person on the other end; written by conversations.customers.customer, locked by whoever works for him."""
