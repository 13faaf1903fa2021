"""Argument checks of whitelisted functions."""

import inspect
import typing
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import frappe
from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError


@lru_cache(maxsize=512)
def _adapter(hint: Any) -> Any:
	try:
		return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
	except PydanticUserError:
		return TypeAdapter(hint)


def validated(
	function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
	"""The arguments converted to the annotated types; raises FrappeTypeError naming the argument that does not fit."""
	hints = typing.get_type_hints(function)
	hints.pop("return", None)
	if not hints:
		return args, kwargs
	try:
		bound = inspect.signature(function).bind(*args, **kwargs)
	except TypeError:
		return args, kwargs
	for name, value in bound.arguments.items():
		default = inspect.signature(function).parameters[name].default
		if name in hints and value is not default and not isinstance(hints[name], str):
			bound.arguments[name] = _checked(function, name, value, hints[name])
	return bound.args, bound.kwargs


def _checked(function: Callable[..., Any], name: str, value: Any, hint: Any) -> Any:
	try:
		return _adapter(hint).validate_python(value)
	except ValidationError as error:
		raise frappe.FrappeTypeError(
			f"Argument '{name}' in '{function.__module__}.{function.__qualname__}' should be of type"
			f" '{hint}' but got '{type(value).__name__}' instead."
		) from error
