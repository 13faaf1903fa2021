"""The exceptions that interrupt a job when its time is over."""


class BaseTimeoutException(Exception):
	"""A time limit is reached."""


class JobTimeoutException(BaseTimeoutException):
	"""The time limit of a job is reached."""
