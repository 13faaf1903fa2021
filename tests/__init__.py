"""Tests, the same for both hosts; see hosts.py."""
