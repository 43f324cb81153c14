"""The memory of a worker stays within its formula, whatever inflates on the way to it, and nothing is lost."""

import pytest

from tests.faults.conftest import NewStream
from tests.faults.memory import formula, measure, pages_formula

pytestmark = [pytest.mark.kafka, pytest.mark.fault, pytest.mark.timeout(900), pytest.mark.long]

ARTICLES, BYTES, BOMBS = 24, 2_000_000, 200_000_000


async def test_large_articles_and_what_is_far_too_large(new_stream: NewStream) -> None:
    stream = await new_stream(
        partitions=1, buffer_messages=2, processes=1, max_article_bytes=BYTES, max_message_bytes=8_000_000
    )
    peaks, outcome = await measure(stream, articles=ARTICLES, size=BYTES, bombs=BOMBS, seconds=600)
    assert outcome.ids == {f"a-{number}" for number in range(ARTICLES)}
    letters = {letter["key"]: letter for letter in outcome.letters}
    assert letters.keys() == {"bomb-zstd", "bomb-gzip"}
    for letter in letters.values():
        assert letter["reason"] == "too-large"
        assert "are allowed; its bytes are at" in letter["detail"]
        assert letter["value"] == ""
    assert peaks.gained["worker"] < formula(stream, BYTES)
    assert peaks.gained["worker"] < BOMBS
    assert peaks.gained["pages"] < pages_formula(stream, BYTES)
