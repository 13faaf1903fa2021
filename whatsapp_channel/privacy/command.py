"""What `bench whatsapp-privacy` does, without the terminal around it."""

from whatsapp_channel.privacy import background, erase, export
from whatsapp_channel.privacy.erase import Progress
from whatsapp_channel.privacy.find import find
from whatsapp_channel.privacy.person import asked

# Whoever sits at a terminal is told after so many seconds that somebody else is at it.
WAIT_SECONDS = 5


def carry_out(action: str, number: str, customers: list[str] | None, progress: Progress) -> object:
	"""Does `find`, `export` or `erase` here and now; returns what to print.

	Raises frappe.ValidationError for what is no number, and while another export or erasure is running.
	"""
	wanted = asked(number)
	if action == "find":
		return find(wanted, customers)
	with background.alone(WAIT_SECONDS):
		if action == "export":
			return {"file_url": export.export(wanted, customers, progress)}
		return erase.erase(wanted, customers, progress).as_dict()
