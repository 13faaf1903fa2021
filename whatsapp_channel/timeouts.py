"""The end of a job's time, which comes as an exception in the middle of whatever the job does.

It is a plain Exception of rq's. Who catches everything else lets it pass, or the job goes on for ever and the worker's
next jobs with it:

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
	"""Whatever goes wrong in it goes no further, but for the end of the job's time."""
	try:
		yield
	except OutOfTime:
		raise
	except Exception:
		return
