"""Text and HTML between WhatsApp and Helpdesk: rendering, formatting, splitting."""
