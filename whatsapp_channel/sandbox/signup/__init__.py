"""Embedded Signup: Facebook's SDK, the pop-up with its screens, and its messages to the page that opened it.

It imports `state`, `webhooks`, `graph` and the answers of `web.py`.
"""
