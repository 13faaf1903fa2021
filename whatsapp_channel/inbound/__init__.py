"""A delivery's way in: `delivery` stores it, `drain` works it off, `items` has one handler for each kind of item.

Handlers own their transaction: each item is committed before the next, by the helpers of `database`. May import
`conversations` and what is below; never `outbound`: what a status does to a row is in `conversations.delivery_status`.
"""
