"""A reply's way out: `gate` says whether it may go, `outbox` keeps it, `send` posts it, `resend` repeats it.

`reply`, `gate` and `outbox` run within the caller's transaction; `send` is a job and owns its own, one for each message.
May import `conversations` and what is below; never `inbound`.
"""
