"""Lists of quotes say where it is not sure who spoke."""

import re
import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from agents.web.store.writer import StoreWriter
from tests.web.articles import message, quote_article

Client = TestClient[Any, Any]
PATHS = ("/?source=Rateblatt", "/search?source=Rateblatt", "/entities/per/karla-brinkmeier?source=Rateblatt")


@pytest.fixture
def doubtful(writer: StoreWriter) -> None:
    """An article whose first quote may be of somebody else; the others are sure."""
    article = quote_article("rate", source="Rateblatt")
    sure = [0.5, 0.95, 0.75]
    quotes = [
        quote.model_copy(update={"speaker": quote.speaker.model_copy(update={"confidence": value})})
        for quote, value in zip(article.quotes, sure, strict=True)
        if quote.speaker is not None
    ]
    writer.add([message(article.model_copy(update={"quotes": quotes}), offset=9, at=time.time())])


@pytest.mark.usefixtures("doubtful")
@pytest.mark.parametrize("path", PATHS)
async def test_a_speaker_who_is_a_guess_is_told_as_one(client: Client, path: str) -> None:
    async with client.get(path, headers={"Accept-Language": "de"}) as response:
        quotes = re.findall(r"<blockquote>.*?</blockquote>", await response.text(), re.DOTALL)
    doubted = [quote for quote in quotes if "Sprecher unsicher" in quote]
    assert len(doubted) == 1
    assert "Wir fangen im Frühjahr an" in doubted[0]
