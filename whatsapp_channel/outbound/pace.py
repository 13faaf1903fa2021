"""How fast a number may send, whichever workers send for it.

Source: Meta's page on throughput: 80 messages a second for each number, 20 while it is also used in the WhatsApp Business
app, up to 1,000 for some; what is more is refused with 130429.
"""

import time

import frappe
from frappe.utils import cint

from whatsapp_channel.doctypes import NUMBER
from whatsapp_channel.logs import logger
from whatsapp_channel.timeouts import OutOfTime

A_SECOND = 80
A_SECOND_BESIDE_THE_APP = 20
# Of a server with numbers that Meta lets send faster.
CONFIGURED = "whatsapp_channel_messages_per_second"
# A count lives longer than the clocks of two servers may differ.
COUNT_SECONDS = 60
# After so long it is sent all the same: Meta says so itself if that is too fast.
MOST_SECONDS = 5


def wait_for_turn(number: str) -> None:
	"""Returns once this number may send one more message; waits for the next second while the present one is full.

	Without Redis nobody waits: a refused message is tried again.
	"""
	limit = _limit(number)
	end = time.monotonic() + MOST_SECONDS
	while _taken(number) > limit and time.monotonic() < end:
		time.sleep(1 - time.time() % 1)


def _limit(number: str) -> int:
	if configured := cint(frappe.conf.get(CONFIGURED)):
		return configured
	beside = frappe.db.get_value(NUMBER, number, "on_business_app")
	return A_SECOND_BESIDE_THE_APP if beside else A_SECOND


def _taken(number: str) -> int:
	"""How many of this second are taken, with this one."""
	key = frappe.cache.make_key(f"whatsapp_channel:pace:{number}:{int(time.time())}")
	try:
		taken = cint(frappe.cache.incrby(key, 1))
		if taken == 1:
			frappe.cache.expire(key, COUNT_SECONDS)
		return taken
	except OutOfTime:
		raise
	except Exception:
		logger().warning("Could not count the messages of a second", exc_info=True)
		return 0
