"""The nouns that everything needs: customers, conversations, sessions, messages with their files, and what agents see of them.

Runs within the transaction of whoever calls, under the lock of the customer where a function says so, and commits nothing
but where its name says it. May import `accounts`, `helpdesk` and what is below; never the ways in and out.
"""
