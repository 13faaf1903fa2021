"""The demo on a machine that is busy with other tests: no answer is too slow for its health page."""

import faulthandler
import signal
import sys

from embedded.boot import load_stand_in

load_stand_in()

from embedded import demo  # noqa: E402 (the app needs a frappe)
from whatsapp_channel.health import account_checks, callback_checks  # noqa: E402

SECONDS = 60

if __name__ == "__main__":
	# A demo that does not end says where each of its threads is.
	faulthandler.register(signal.SIGUSR1)
	callback_checks.MEDIAN_SECONDS = callback_checks.LONGEST_SECONDS = account_checks.SLOW_SECONDS = SECONDS
	sys.exit(demo.main())
