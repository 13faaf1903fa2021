"""Hooks, dotted names, whitelisted functions."""

import importlib
import inspect
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frappe
from frappe._embedded.local import _dict, conf, local

whitelisted: set[Callable[..., Any]] = set()
guest_methods: set[Callable[..., Any]] = set()
allowed_http_methods_for_whitelisted_func: dict[Callable[..., Any], list[str]] = {}


def get_installed_apps(*, _ensure_on_bench: bool = False) -> list[str]:
	"""The apps of this site, in the order of their installation."""
	return list(conf.installed_apps or [])


def get_app_path(app_name: str, *joins: str) -> Path:
	"""Where an app's package is."""
	module = importlib.import_module(app_name)
	return Path(str(module.__file__)).parent.joinpath(*joins)


def get_hooks(hook: str | None = None, default: Any = None, app_name: str | None = None) -> Any:
	"""The values of a hook from all installed apps: a list, or for mappings a list per key."""
	if app_name:
		hooks = _collect([app_name])
	else:
		state = local.site_state
		if state.hooks is None:
			state.hooks = _collect(get_installed_apps())
		hooks = state.hooks
	return hooks.get(hook, [] if default is None else default) if hook else hooks


def _collect(apps: list[str]) -> _dict:
	hooks = _dict()
	for app in apps:
		module = importlib.import_module(f"{app}.hooks")
		for key, value in vars(module).items():
			if not key.startswith("_") and not isinstance(
				value, types.FunctionType | types.ModuleType | type
			):
				_append(hooks, key, value)
	return hooks


def _append(target: dict[str, Any], key: str, value: Any) -> None:
	if isinstance(value, dict):
		inner = target.setdefault(key, {})
		for name, each in value.items():
			_append(inner, name, each)
	else:
		target.setdefault(key, []).extend(value if isinstance(value, list) else [value])


def get_module(modulename: str) -> types.ModuleType:
	"""Import a module by its dotted name."""
	return importlib.import_module(modulename)


def get_attr(method_string: str) -> Any:
	"""The object of a dotted name; raises AppNotInstalledError for an app that is not installed."""
	modulename, _dot, name = method_string.rpartition(".")
	app = modulename.split(".")[0]
	if app not in get_installed_apps():
		frappe.throw(f"App {app} is not installed", frappe.AppNotInstalledError)
	return getattr(get_module(modulename), name)


def call(fn: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
	"""Call a function with only those keyword arguments that it accepts."""
	function = get_attr(fn) if isinstance(fn, str) else fn
	return function(*args, **get_newargs(function, kwargs))


def get_newargs(function: Callable[..., Any], kwargs: dict[str, Any]) -> dict[str, Any]:
	"""Only those arguments that the function accepts."""
	parameters = inspect.signature(function).parameters
	if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
		accepted = dict(kwargs)
	else:
		accepted = {key: value for key, value in kwargs.items() if key in parameters}
	for key in ("ignore_permissions", "flags"):
		accepted.pop(key, None)
	return accepted


def whitelist(
	allow_guest: bool = False, xss_safe: bool = False, methods: list[str] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
	"""Allow web requests to call a function."""

	def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
		checked = _checked(function)
		whitelisted.add(checked)
		allowed_http_methods_for_whitelisted_func[checked] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.add(checked)
		return checked

	return decorate


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
	"""Validates arguments against the annotations, in requests and in tests, as Frappe does."""
	import functools

	from frappe._embedded.types import validated

	@functools.wraps(function)
	def wrapper(*args: Any, **kwargs: Any) -> Any:
		if getattr(local, "request", None) or (getattr(local, "flags", None) and local.flags.in_test):
			args, kwargs = validated(function, args, kwargs)
		return function(*args, **kwargs)

	return wrapper


def is_whitelisted(method: Callable[..., Any]) -> None:
	"""Raise PermissionError unless web requests of the current user may call the function."""
	function = getattr(method, "__func__", method)
	allowed = guest_methods if frappe.session.user == "Guest" else whitelisted
	if function not in allowed:
		name = f"{function.__module__}.{function.__qualname__}"
		frappe.throw(
			f"Function {name} is not whitelisted.", frappe.PermissionError, title="Method Not Allowed"
		)
