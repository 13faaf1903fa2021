from frappe.model.document import Document


class WhatsAppAppSecret(Document):
	"""One secret with which Meta may sign webhooks."""
