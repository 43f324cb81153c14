"""The form of the dead letters sends what it selects through again, over the embedded broker."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp.test_utils import TestClient

from agents.settings import Settings
from agents.topic_reader import messages_to_end
from schemas.codec import encode
from schemas.records import DeadLetter
from tests.support.ports import free_port
from tests.web.conftest import TOKEN
from tests.web.test_collector import broker, send
from tests.web.test_dead_letters import FORM

Client = TestClient[Any, Any]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    address = {"broker": f"kafka://127.0.0.1:{free_port()}", "partitions": 1}
    return Settings(data_dir=settings.data_dir, web_token=TOKEN, **address)  # type: ignore[arg-type]


def letter(number: int, stage: str, reason: str) -> bytes:
    made = DeadLetter.of(
        stage=stage, reason=reason, detail="told", topic="articles.raw", partition=0, offset=number,
        timestamp=1000, key=b"k", value=b"%d" % number, headers=[], attempts=1,
    )  # fmt: skip
    return encode(made)


async def test_what_is_selected_is_sent_once(client: Client, settings: Settings) -> None:
    async def post(act: str, **selected: str) -> Any:
        return await client.post("/dead-letters", data={"act": act, **selected}, headers=FORM, allow_redirects=False)

    async def sent(**selected: str) -> dict[str, list[str]]:
        return parse_qs((await post("send", **selected)).headers["Location"].partition("?")[2])

    async with broker(settings):
        letters = (letter(0, "clean", "empty"), letter(1, "clean", "timeout"), letter(2, "entities", "timeout"))
        await send(settings, "articles.dead-letter", *letters)
        assert (await post("dry")).status == 200
        assert await sent(stage="entities") == {"stage": ["entities"], "sent": ["1"], "skipped": ["0"], "failed": ["0"]}
        assert await sent(reason="timeout") == {"reason": ["timeout"], "sent": ["1"], "skipped": ["1"], "failed": ["0"]}
        assert await sent() == {"sent": ["1"], "skipped": ["2"], "failed": ["0"]}
        assert [message.value async for message in messages_to_end(settings, "articles.raw")] == [b"2", b"1", b"0"]
