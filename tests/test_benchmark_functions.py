"""What the benchmark measures beside the stream: the stage functions alone, and as the alternatives call them."""

import orjson

from benchmarks.articles import multiplied
from benchmarks.limit import through_all_stages
from benchmarks.peers.functions import CHAIN, Statements, process
from pipeline.config import PipelineConfig
from schemas.codec import decode
from schemas.records import Statement

ARTICLE = orjson.dumps(
    {
        "title": "Rat schließt das Freibad",
        "text": "Der Rat von Waldau hat am Montag beschlossen, das Freibad zu schließen. „Das tut weh“, sagte "
        "Bürgermeisterin Hanna Tölke nach der Sitzung. Für die Sanierung fehle das Geld.",
    }
)


def test_the_limit_takes_articles_through_all_stages():
    light = PipelineConfig(model_de="rules", quote_model="rules")
    took = through_all_stages([ARTICLE, ARTICLE], light)
    assert len(took) == 2
    assert all(seconds > 0 for seconds in took)


def test_alternatives_publish_what_the_stream_publishes():
    value, key = ARTICLE, b"a"
    for stage, (_, target) in CHAIN.items():
        outputs = process(stage, key, value, [], partition=0, offset=0)
        record = outputs[-1]
        assert record.topic == target
        assert record.value is not None
        value, key = record.value, record.key
        own = orjson.loads(value)
        if stage == "quotes":
            spoken = [output for output in outputs if output.topic == "quotes"]
            assert len(spoken) == len(own["quotes"]) > 0


def test_a_plain_loop_joins_quotes_into_statements_as_the_stream_does():
    value, key, spoken = ARTICLE, b"a", []
    for stage in CHAIN:
        outputs = process(stage, key, value, [], partition=0, offset=0)
        spoken += [output for output in outputs if output.topic == "quotes"]
        assert outputs[-1].value is not None
        value, key = outputs[-1].value, outputs[-1].key
    statements = Statements()
    assert spoken
    for number, quote in enumerate(spoken):
        assert quote.value is not None
        (made,) = statements(quote.value, quote.headers, 0, number, 1_767_225_600_000)
        assert made.topic == "statements"
        assert made.value is not None
        statement = decode(made.value, Statement)
        assert made.key == statement.id.encode()
        assert [article.id for article in statement.articles] == [orjson.loads(value)["id"]]


def test_articles_that_are_sent_differ_in_what_cleaning_leaves_of_them():
    text = "Das Freibad bleibt in diesem Sommer geschlossen.\nDie Technik ist zu alt.\nVon Anna Berg"
    (sent,) = [value for _, value in multiplied([orjson.dumps({"text": text})], 1, label="a")]
    assert "Sommer geschlossen. (a-0-" in orjson.loads(sent)["text"]


def test_articles_that_are_sent_differ_in_their_texts():
    page = orjson.dumps({"html": "<html><body><p>Das Freibad bleibt zu.</p><p>Das tut weh.</p></body></html>"})
    sent = [orjson.loads(value) for _, value in multiplied([ARTICLE, page], 6, label="a")]
    assert len({article.get("text", article.get("html")) for article in sent}) == 6
    assert all(article["id"] in article.get("text", article.get("html")) for article in sent)
