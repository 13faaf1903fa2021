"""What Meta's Graph API answers: routes, nodes, edges, validation, templates, tokens, errors, and what follows an answer.

Here belongs what Meta does and decides, over HTTP or by itself. It imports `state` and `webhooks`.
"""
