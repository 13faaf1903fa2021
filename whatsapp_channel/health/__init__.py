"""Health checks with suggested fixes, for the health page and for `bench whatsapp-doctor`.

Checks only read. They may import whatever they check; only `api` and commands import this package.
"""
