"""Coverage-guided fuzzing of the webhook parser and of the readable forms. Not part of the test suite: needs atheris.

    pip install atheris
    python -m tests.fuzz.fuzz_parser --minutes 10

Starts from tests/fuzz/corpus and the payload files. What broke a promise of `target.check` is written to tests/fuzz/corpus
as crash-<hash>.json, where the test suite replays it from then on; new coverage goes to the folder given with --keep.
"""

import argparse
import json
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["whatsapp_channel"]):
	from tests.fuzz import target

from tests.fuzz.mutations import mutate

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
PAYLOADS = HERE.parent / "payloads"
LONGEST = 20_000


def structured(data: bytes, max_size: int, seed: int) -> bytes:
	"""A mutation of the JSON value where there is one, of the bytes otherwise and now and then."""
	rng = Random(seed)
	try:
		value = json.loads(data)
	except (ValueError, RecursionError):
		return atheris.Mutate(data, max_size)
	if rng.random() < 0.2:
		return atheris.Mutate(data, max_size)
	found = json.dumps(mutate(value, rng, rng.randint(1, 4)), indent=None).encode()
	return found if len(found) <= max_size else data


def test_one(data: bytes) -> None:
	"""Checks one input; a failure is kept before it ends the run."""
	try:
		target.check(data)
	except BaseException:
		name = f"crash-{sha256(data).hexdigest()[:16]}.json"
		(CORPUS / name).write_bytes(data)
		raise


def main() -> None:
	"""Fuzzes for the given time."""
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--minutes", type=float, default=5)
	parser.add_argument("--keep", type=Path, help="folder for inputs that reach new code")
	options = parser.parse_args()
	with tempfile.TemporaryDirectory() as folder:
		seeds = Path(folder)
		for path in [*CORPUS.iterdir(), *PAYLOADS.glob("webhooks/*.json")]:
			shutil.copy(path, seeds / f"seed-{path.name}")
		folders = [str(options.keep or seeds), str(seeds)]
		limits = [f"-max_total_time={int(options.minutes * 60)}", f"-max_len={LONGEST}", "-timeout=10"]
		atheris.Setup([sys.argv[0], *folders, *limits], test_one, custom_mutator=structured)
		atheris.Fuzz()


if __name__ == "__main__":
	main()
