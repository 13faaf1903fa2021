"""Meta's WhatsApp Cloud API in Python: client, errors by code, signature, webhook payloads. Imports no frappe."""
