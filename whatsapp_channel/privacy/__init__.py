"""Finding, exporting and erasing a person's data, and retention times.

It has its own jobs; each step is a transaction under the lock of the customer. May import `conversations` and the layers
below.
"""
