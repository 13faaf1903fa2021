"""Detects the type of a customer's file from its content, and decides whether it may be stored."""
