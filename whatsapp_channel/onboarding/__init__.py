"""The four steps of the set-up (Z24) and the test message behind them.

Called by `api.onboarding` alone. Meta is asked before anything is locked or written. May import `accounts` and what is below.
"""
