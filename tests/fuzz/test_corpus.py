"""Every input that the fuzzer found interesting or that once broke something still keeps all promises."""

from pathlib import Path

import pytest

from tests.fuzz.target import check

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_input_of_the_corpus(path: Path) -> None:
	for item in check(path.read_bytes()):
		assert (
			item.problem
			or item.message
			or item.status
			or item.preference
			or item.error
			or item.raw is not None
		)


def test_the_corpus_is_there() -> None:
	assert len(CORPUS) >= 10
