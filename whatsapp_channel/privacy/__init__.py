"""Finding, exporting and erasing a person, and how long what is kept.

Jobs of its own, each step in its own transaction under the lock of the customer. May import `conversations` and what is below.
"""
