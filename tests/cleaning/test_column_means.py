"""The classifiers are asked about the numbers that they have learned from."""

import pytest

from tests.cleaning import column_means


def test_the_columns_of_the_invented_articles_are_those_in_the_file() -> None:
    found, kept = column_means.means(), column_means.kept()
    assert list(found) == list(kept)
    changed = {name: (found[name], kept[name]) for name in kept if found[name] != pytest.approx(kept[name], 1e-4, 1e-5)}
    assert changed == {}
