"""The rules make of the corpus what they made of it before, line by line."""

from tests.support import golden


def test_the_records_are_those_in_the_golden_file() -> None:
    expected = golden.ENTITIES.read_text(encoding="utf-8").splitlines()
    assert golden.read()[0] == expected
