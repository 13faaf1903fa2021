"""What Meta's Graph API answers: routes, nodes, edges, validation, templates, tokens, errors, and what happens after an answer.

Code for what Meta does and decides, on a request or on its own, belongs here. It imports `state` and `webhooks`.
"""
