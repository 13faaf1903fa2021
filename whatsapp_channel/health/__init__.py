"""Checks of everything that must be right for messages to come and go; see registry."""
