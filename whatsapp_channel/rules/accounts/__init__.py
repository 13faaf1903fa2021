"""Decides the status of a channel from Meta's data about accounts and numbers (Z7, Z19, Z20, Z36, Z40)."""
