from frappe.model.document import Document


class WhatsAppSignup(Document):
	"""One walk through Meta's Embedded Signup: its code and its event come by two ways and in either order (Z27)."""
