"""A stand-in for the part of Frappe Helpdesk that this app uses."""

from frappe._embedded.missing import missing_in

# The release whose behaviour the stand-in copies.
__version__ = "1.25.1"
__getattr__ = missing_in(__name__)
