"""Which papers have a statement, measured on groups of articles of one report, as papers edit them."""

import pytest

from tests.statements.groups import judged, score

RECALL = {"dev": 0.7, "test": 0.58}


@pytest.mark.parametrize("part", ["dev", "test"])
def test_a_statement_is_reported_of_those_papers_that_have_it(part: str) -> None:
    """Papers shorten, correct and retell; and the same people say the same of other things, or the contrary."""
    found = score(judged(part))
    assert found.wrong == 0
    assert found.recall >= RECALL[part]
