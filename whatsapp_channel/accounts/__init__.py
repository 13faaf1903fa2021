"""Business accounts, numbers and channels: access to Meta, what Meta says of them, and the status of a channel (Z40).

`rules.accounts` decides; this package reads the rows, stores what was decided, leaves a line in the timeline at each
transition and notifies the administrators once. Runs within the transaction of whoever calls. May import `helpdesk` and what is
below.
"""
