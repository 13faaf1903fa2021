"""What pages and Meta call: whitelisted methods, one module for each audience, thin.

A method names a thing, loads what is stored, checks the permission and calls one function below. May import everything but
hooks and DocTypes' controllers. Frappe commits after it; a method that must hold a lock as its first statement says so.
"""
