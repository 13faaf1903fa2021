"""Checks whether a Python can make a `.venv` for this project: `python3 embedded/fitness.py`, with any Python 3.

Exit code 1 and one line with a command if it cannot.
"""

import importlib.util
import sys

OLDEST = (3, 10)


# Annotations are in quotes so that a Python that is too old prints the message and does not fail here.
def lack(version: "tuple[int, int]", has_venv: bool) -> "str | None":
	"""What to do about a Python of this version, with or without `venv` and `ensurepip`; None if it fits."""
	if version < OLDEST:
		return (
			f"This is Python {_text(version)}; {_text(OLDEST)} or newer is needed. "
			"If there is one beside it, name it: make demo PYTHON=python3.12"
		)
	if not has_venv:
		return (
			"This Python cannot make a virtual environment. "
			f"Debian and Ubuntu: sudo apt-get install python{_text(version)}-venv"
		)
	return None


def _text(version: "tuple[int, int]") -> str:
	return ".".join(map(str, version))


def _has_venv() -> bool:
	# Debian's python3 includes venv, but ensurepip only comes with the package python3-venv.
	return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


if __name__ == "__main__":
	sys.exit(lack(sys.version_info[:2], _has_venv()))
