"""What the benchmark measures beside the stream: the stage functions alone, and as the alternatives call them."""

import orjson

from benchmarks.limit import through_all_stages
from benchmarks.peers.functions import CHAIN, process
from pipeline.config import PipelineConfig

ARTICLE = orjson.dumps(
    {
        "title": "Rat schließt das Freibad",
        "text": "Der Rat von Waldau hat am Montag beschlossen, das Freibad zu schließen. „Das tut weh“, sagte "
        "Bürgermeisterin Hanna Tölke nach der Sitzung. Für die Sanierung fehle das Geld.",
    }
)


def test_the_limit_takes_articles_through_all_stages():
    light = PipelineConfig(model_de="redefluss-fast", quote_model="rules")
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
