"""Incoming webhooks: `delivery` stores them, `drain` processes them, `dispatch` has a handler for each kind of item.

Handlers own their transaction: each item is committed before the next, with the helpers of `database`. May import
`conversations` and the layers below; never `outbound`: `conversations.delivery_status` applies statuses to rows.
"""
