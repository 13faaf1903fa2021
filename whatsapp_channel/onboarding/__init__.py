"""The four steps of the set-up (Z24) and the test message after them.

Called only by `api.onboarding`. Meta is called before anything is locked or written. May import `accounts` and the layers
below.
"""
