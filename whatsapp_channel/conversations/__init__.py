"""Customers, conversations, sessions and messages with their files, and how agents see them in tickets.

It runs in the caller's transaction, under the customer's lock where a function says so, and commits only where a docstring
says so. May import `accounts`, `helpdesk` and the layers below; never `inbound` or `outbound`.
"""
