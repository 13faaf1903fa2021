"""Embedded Signup: Facebook's SDK, the pop-up with its screens, and what it tells the page that opened it.

It imports `state`, `webhooks`, `graph` and the answers of `web.py`.
"""
