"""Whitelisted methods that pages and Meta call: one thin module for each audience.

A method takes a name, loads the stored document, checks the permission and calls one function below. May import everything
but hooks and DocType controllers. Frappe commits after it; a method that needs a lock as its first statement says so.
"""
