from frappe.model.document import Document


class WhatsAppSignup(Document):
	"""One run of Meta's Embedded Signup, whose code and event arrive separately and in either order (Z27)."""
