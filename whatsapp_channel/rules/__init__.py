"""Decisions of the channel: plain functions of their arguments.

Nothing here imports frappe, reads a clock, a file or the network: the moment is always passed in, with its time
zone. So each rule can be tested as a table of cases and means the same on every host.
"""
