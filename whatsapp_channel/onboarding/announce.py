"""Tells the open pages of the set-up that something changed."""

import frappe

from whatsapp_channel.doctypes import ACCOUNT

EVENT = "whatsapp_setup"


def announce(account: str) -> None:
	"""After the present transaction, to whoever has this account open."""
	frappe.publish_realtime(EVENT, {"account": account}, doctype=ACCOUNT, docname=account, after_commit=True)
