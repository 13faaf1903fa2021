from whatsapp_channel.documents import ChildRow


class WhatsAppCustomerIdentity(ChildRow):
	"""A number or user id that was this customer's until some time; written by conversations.customers.identities."""
