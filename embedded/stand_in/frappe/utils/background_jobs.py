"""The job queue. Jobs are run by `embedded.worker`."""

import pickle
from collections.abc import Callable
from typing import Any

import frappe
from frappe._embedded.missing import missing_in
from frappe._embedded.shared import store

__getattr__ = missing_in(__name__)
MAX_RETRIES = 5


def enqueue(
	method: str | Callable[..., Any],
	queue: str = "default",
	timeout: int | None = None,
	event: str | None = None,
	is_async: bool = True,
	job_name: str | None = None,
	now: bool = False,
	enqueue_after_commit: bool = False,
	*,
	on_success: Callable[..., Any] | None = None,
	on_failure: Callable[..., Any] | None = None,
	at_front: bool = False,
	job_id: str | None = None,
	deduplicate: bool = False,
	**kwargs: Any,
) -> Any:
	"""Queue a function for a worker, which runs it as the current user in a separate transaction."""
	if deduplicate and job_id and is_job_enqueued(job_id):
		return None
	if now:
		return frappe.call(method, **kwargs)
	name = method if isinstance(method, str) else f"{method.__module__}.{method.__qualname__}"
	body = pickle.dumps({"method": name, "kwargs": kwargs, "user": frappe.session.user})

	def put() -> None:
		position = "-(select count(*) + 1 from jobs)" if at_front else "0"
		query = (
			f"insert into jobs (position, job_id, queue, state, body) values ({position}, ?, ?, 'queued', ?)"
		)
		store().execute(query, [job_id, queue, body])

	if enqueue_after_commit:
		frappe.db.after_commit.add(put)
	else:
		put()
	return None


class Queue:
	"""A job queue with RQ's interface."""

	def __init__(self, name: str) -> None:
		self.name = name

	@property
	def count(self) -> int:
		"""The number of queued jobs."""
		query = "select count(*) from jobs where state = 'queued' and queue = ?"
		return int(store().execute(query, [self.name]).fetchone()[0])


def get_queue(qtype: str, is_async: bool = True) -> Queue:
	"""The queue of this name."""
	return Queue(qtype)


def is_job_enqueued(job_id: str) -> bool:
	"""Whether a job with this id is queued or running."""
	query = "select 1 from jobs where job_id = ? and state in ('queued', 'started')"
	return store().execute(query, [job_id]).fetchone() is not None


def execute_job(method: str, kwargs: dict[str, Any], user: str | None, retry: int = 0) -> Any:
	"""Run one job on the connected site: commit, or roll back and leave an Error Log row."""
	frappe.local.job = frappe._dict(method=method, kwargs=kwargs, user=user)
	if user and not retry:
		frappe.set_user(user)  # a retry runs as Administrator, as in Frappe
	try:
		result = frappe.get_attr(method)(**kwargs)
	except frappe.RetryBackgroundJobError:
		frappe.db.rollback()
		if retry >= MAX_RETRIES:
			frappe.log_error(title=method)
			raise
		frappe.set_user("Administrator")
		return execute_job(method, kwargs, user, retry + 1)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(title=method)
		frappe.db.commit()
		raise
	frappe.db.commit()
	return result
