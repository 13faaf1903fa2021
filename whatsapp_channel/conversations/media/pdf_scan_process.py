"""The process that pdf_scan.py starts: reads a PDF from its standard input and writes `scripts`, `none` or `no memory`.

Run as a file, without the app's packages and whatever they import.
"""

import mmap
import os
import resource
import sys
from pathlib import Path


def limit(cpu_seconds: int, memory_bytes: int) -> None:
	"""Limits the time and memory of this process for good. The kernel kills it if it exceeds the time."""
	for what, most in (
		(resource.RLIMIT_CPU, cpu_seconds),
		(resource.RLIMIT_AS, memory_bytes),
		(resource.RLIMIT_CORE, 0),
		(resource.RLIMIT_FSIZE, 0),
	):
		resource.setrlimit(what, (most, most))


def main() -> None:
	"""Arguments: seconds of processor time, and bytes of memory in addition to the file."""
	cpu_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
	sys.path.append(str(Path(__file__).parents[3]))
	# This path makes the app importable.
	from whatsapp_channel.rules.files.pdf import has_scripts

	limit(cpu_seconds, memory_bytes + os.fstat(0).st_size)
	os.nice(10)  # messages that arrive meanwhile have priority
	try:
		with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as content:
			answer = "scripts" if has_scripts(content) else "none"
	except (MemoryError, OSError):  # mmap raises OSError
		answer = "no memory"
	os.write(1, answer.encode())


if __name__ == "__main__":
	main()
