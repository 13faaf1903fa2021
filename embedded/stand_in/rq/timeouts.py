"""How a job is told that its time is over: in the middle of whatever it does."""


class BaseTimeoutException(Exception):
	"""The time of something is over."""


class JobTimeoutException(BaseTimeoutException):
	"""The time of a job is over."""
