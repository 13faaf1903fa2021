"""Outgoing messages: `gate` decides whether one may be sent, `outbox` stores it, `send` posts it, `resend` repeats it.

`reply`, `gate` and `outbox` run in the caller's transaction; `send` is a job with its own transactions for each message.
May import `conversations` and the layers below; never `inbound`.
"""
