"""The logic of `bench whatsapp-privacy`, without terminal output."""

from whatsapp_channel.privacy import background, erase, export
from whatsapp_channel.privacy.erase import Progress
from whatsapp_channel.privacy.find import find
from whatsapp_channel.privacy.person import asked

# How long the command waits for another export or erasure, in seconds.
WAIT_SECONDS = 5


def carry_out(action: str, number: str, customers: list[str] | None, progress: Progress) -> object:
	"""Runs `find`, `export` or `erase` at once; returns what to print.

	Raises frappe.ValidationError if it is not a number, and while another export or erasure is running.
	"""
	wanted = asked(number)
	if action == "find":
		return find(wanted, customers)
	with background.alone(WAIT_SECONDS):
		if action == "export":
			return {"file_url": export.export(wanted, customers, progress)}
		return erase.erase(wanted, customers, progress).as_dict()
