from whatsapp_channel.documents import ChildRow


class WhatsAppAppSecret(ChildRow):
	"""One secret with which Meta may sign webhooks."""
