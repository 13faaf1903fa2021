"""Text between WhatsApp and the helpdesk: readable forms, formatting, cutting."""
