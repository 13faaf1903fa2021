"""Health checks with suggested fixes, for the health page and for `bench whatsapp-doctor`.

Each check is one function with a time limit and a result of state, reason and fix; none can stop the others, and one whose
cause is another check's says so instead of failing too. Checks ask the real thing: the callback is called by its public
address with a signed delivery without content, whose row is deleted again. That a wrong signature is refused is asked of the
endpoint's own function, because a refused delivery is counted for the administrator.

Reads, and leaves nothing behind. May import whatever it looks at; nothing but `api` and commands imports it.
"""
