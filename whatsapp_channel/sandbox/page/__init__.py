"""The phones and their page: a customer's WhatsApp, a colleague's WhatsApp Business app, and the page in the browser.

Code for what people do belongs here. It imports `state`, `webhooks`, `graph` and the answers
of `web.py`.
"""
