"""Customers: their rows, their ids now and formerly, and merging two rows that are one person."""
