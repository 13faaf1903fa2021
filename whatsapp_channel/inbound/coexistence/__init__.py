"""Handlers for the WhatsApp Business app that shares the number: echoes, history and the phone's address book."""
