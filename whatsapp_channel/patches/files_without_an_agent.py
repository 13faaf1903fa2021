"""A customer's file that an agent had fetched again was the agent's own, whom no change of the ticket could take it from."""

import frappe

from whatsapp_channel.doctypes import MEDIA


def execute() -> None:
	"""Gives them to nobody in particular, as those that came by themselves. A second time changes nothing."""
	frappe.db.sql(
		f"""update `tabFile` set owner = 'Administrator' where owner != 'Administrator'
		and name in (select file from `tab{MEDIA}` where file > '')"""
	)
