"""Health checks with suggested fixes, for the health page and for `bench whatsapp-doctor`.

Each check is one function with a time limit; its result has a state, a reason and a fix. A check cannot stop the others, and
one that fails because of another check's problem refers to that. Checks test the real thing: they post a signed, empty
delivery to the public callback URL, and delete its row afterwards. Only the refusal of a wrong signature is checked by
calling the endpoint's function, because refused deliveries are counted for the administrator.

Checks leave nothing behind. They may import whatever they check; only `api` and commands import this package.
"""
