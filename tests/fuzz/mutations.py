"""Changes to JSON values of the kind that a platform makes without notice, and an attacker on purpose."""

import copy
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
	None,
	True,
	0,
	-1,
	1.5,
	10**30,
	"",
	" ",
	"x" * 300,
	"<script>alert(1)</script>",
	"javascript:alert(1)",
	"https://[",
	"\x00\ud83d\u202e",
	"1750000000000",
	[],
	{},
	[[]],
	{"id": {}},
)


def mutate(value: Any, rng: Random, times: int = 1) -> Any:
	"""A copy of a JSON value with `times` parts removed, replaced, doubled, nested or moved."""
	changed = {"root": copy.deepcopy(value)}
	for _ in range(times):
		holder, key = rng.choice(_places(changed))
		rng.choice((_remove, _replace, _double, _nest, _move))(changed, holder, key, rng)
	return changed.get("root")


def _places(value: Any) -> list[tuple[Any, Any]]:
	"""Every (holder, key) in a value, the whole of it included."""
	found = []
	stack = [value]
	while stack:
		holder = stack.pop()
		keys = list(holder) if isinstance(holder, dict) else range(len(holder))
		found += [(holder, key) for key in keys]
		stack += [holder[key] for key in keys if isinstance(holder[key], (dict, list))]
	return found or [({"root": None}, "root")]


def _remove(_whole: Any, holder: Any, key: Any, _rng: Random) -> None:
	del holder[key]


def _replace(_whole: Any, holder: Any, key: Any, rng: Random) -> None:
	holder[key] = copy.deepcopy(rng.choice(ODD))


def _double(_whole: Any, holder: Any, key: Any, rng: Random) -> None:
	again = copy.deepcopy(holder[key])
	if isinstance(holder, list):
		holder.insert(key, again)
	else:
		holder[f"{key}{rng.randint(1, 3)}"] = again


def _nest(_whole: Any, holder: Any, key: Any, rng: Random) -> None:
	inner = holder[key]
	for _ in range(rng.choice((1, 1, 2, 50))):
		inner = [inner] if rng.random() < 0.5 else {str(key): inner}
	holder[key] = inner


def _move(whole: Any, holder: Any, key: Any, rng: Random) -> None:
	"""The value comes to stand in another place as well."""
	elsewhere, place = rng.choice(_places(whole))
	elsewhere[place] = copy.deepcopy(holder[key])
