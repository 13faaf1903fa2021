"""The context that bench_helper builds from `--site` for `bench` commands."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

import frappe
from frappe._embedded.missing import missing_in

__getattr__ = missing_in(__name__)


def pass_context(f: Callable[..., Any]) -> Callable[..., Any]:
	"""Pass the command click's context object: sites, verbose, force, profile."""

	@wraps(f)
	def command(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
		return f(frappe._dict(ctx.obj), *args, **kwargs)

	return click.pass_context(command)


def get_site(context: Any, raise_err: bool = True) -> str | None:
	"""The site that was named; raises SiteNotSpecifiedError without one."""
	try:
		return context.sites[0]
	except (IndexError, TypeError):
		if raise_err:
			raise frappe.SiteNotSpecifiedError from None
		return None
