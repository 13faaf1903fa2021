"""What is out of order on this site and how to mend it: checks for the page and for `bench whatsapp-doctor`.

Reads, and changes nothing. May import whatever it looks at; nothing but `api` and commands imports it.
"""
