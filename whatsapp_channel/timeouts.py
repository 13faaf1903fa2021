"""The exception by which RQ ends a job whose time is over, in the middle of whatever the job does.

It is a plain subclass of Exception. Code that catches Exception must let it pass, or the job runs forever and blocks its
worker:

	except OutOfTime:
		raise
	except Exception:
		...
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rq.timeouts import BaseTimeoutException as OutOfTime

__all__ = ["OutOfTime", "tolerated"]


@contextmanager
def tolerated() -> Iterator[None]:
	"""Suppresses all exceptions in the block, except for the job's time-out."""
	try:
		yield
	except OutOfTime:
		raise
	except Exception:
		return
