"""The steps of the set-up: codes, numbers, profile, sign-up (Z19 to Z31)."""
