"""A stage is added by one row and one function: its records come out like those of the others."""

import orjson

from pipeline import stages
from tests.support import stream as streams
from tests.support.stream import article
from tests.support.word_count import ROW


async def test_a_stage_added_by_one_row_publishes_its_records(make_stream, monkeypatch):
    monkeypatch.setattr(streams, "WORKER", ["-m", "tests.support.word_count"])
    monkeypatch.setattr(stages, "STAGES", (*stages.STAGES, ROW))  # so that its topic is made with the others
    stream = await make_stream()
    stream.start_worker()
    await stream.produce([article(f"a-{number}", "Wort " * (number + 1)) for number in range(5)])
    await stream.produce([article("ill", "RAISE@entities")])
    outcome = await stream.collect(
        lambda seen: len(seen.messages["articles.words"]) >= 5 and seen.letters,
        names=("articles.words", "articles.dead-letter"),
    )
    counted = {message.key: orjson.loads(message.value)["words"] for message in outcome.messages["articles.words"]}
    assert counted == {f"a-{number}".encode(): number + 1 for number in range(5)}
    for message in outcome.messages["articles.words"]:
        headers = dict(message.headers)
        assert headers["stage"] == b"words"
        assert [step["stage"] for step in orjson.loads(headers["trail"])] == ["clean", "entities", "quotes", "words"]
