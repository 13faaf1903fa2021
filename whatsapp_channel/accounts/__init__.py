"""Business accounts, numbers and channels: access to Meta, Meta's data about them, and the status of a channel (Z40).

`rules.accounts` decides; this package reads the rows, stores the decision, writes a timeline entry at each transition and
notifies the administrators once. It runs in the caller's transaction. May import `helpdesk` and the layers below.
"""
