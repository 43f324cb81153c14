"""What is German on an English page, or English on a German one, says so: a screen reader takes the voice from it."""

import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.web.test_citations import statement as statement_of_two_papers

Client = TestClient[Any, Any]
statement = statement_of_two_papers
SAID = "Wir fangen im Frühjahr an"


@pytest.mark.parametrize("path", ["/", "/search", "/statements/{}", "/articles/p-0", "/entities/per/karla-brinkmeier"])
async def test_quotes_and_headlines_are_german(client: Client, statement: str, path: str) -> None:
    async with client.get(path.format(statement), headers={"Accept-Language": "en"}) as response:
        page = await response.text()
    assert '<html lang="en">' in page
    main = re.sub(r' data-copy="[^"]*"', "", page.partition("<main")[2])
    german = "".join(said for _, said in re.findall(r'<(\w+)[^>]* lang="de"[^>]*>(.*?)</\1>', main, re.DOTALL))
    for words in (SAID, "Brinkmeier kündigt Umbau an"):
        assert main.count(words) == german.count(words) > 0, words
