"""Scans a PDF for scripts in a separate process, with time and memory limits that the kernel enforces.

The file comes from a stranger: whatever it does to the scan, it ends with that process.
"""

import subprocess
import sys
from pathlib import Path
from typing import IO

from whatsapp_channel.rules.files.file_check import COSTLY, FileRejected
from whatsapp_channel.sentences import Explained, verbatim

CHILD = Path(__file__).with_name("pdf_scan_process.py")
CPU_SECONDS = 15
"""A hundred MB of photos and text take a tenth of a second to two seconds."""
MEMORY_BYTES = 512 * 1024 * 1024
"""Beside the file itself, which is mapped: three times of what is unpacked at most (rules/files/pdf.py)."""
SECONDS = 30.0
"""On the clock of the wall, for a machine with nothing to spare. *Fetch again* waits for it, and a web server ends a
request after two minutes."""


class Failed(Explained, RuntimeError):
	"""The process failed for a reason that is not the file's: something is wrong with this server."""


def has_scripts(content: IO[bytes]) -> bool:
	"""Runs rules.files.pdf.has_scripts on an open file.

	Raises rules.files.file_check.FileRejected if the limits are too small for the file, Failed if the process could not work,
	OSError if it could not be started.
	"""
	# Isolated mode: it needs only Python's standard library, and starts in 20 ms.
	command = [sys.executable, "-I", "-S", "-B", str(CHILD), str(CPU_SECONDS), str(MEMORY_BYTES)]
	try:
		done = subprocess.run(command, stdin=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
	except subprocess.TimeoutExpired as error:
		raise FileRejected(COSTLY) from error
	if done.returncode < 0 or done.stdout == b"no memory":
		raise FileRejected(COSTLY)
	if done.returncode or done.stdout not in (b"scripts", b"none"):
		raise Failed(verbatim(done.stderr.decode(errors="replace")[-1000:]))
	return done.stdout == b"scripts"
