"""Articles through the stages of whatever release this runs with; started by `benchmarks.frontier` in its own process.

Reads JSON lines of `name`, `text` and `counts` (articles that do not count warm up) from standard input. Writes a JSON
line of `name` and `record` (as on `articles.quotes`) for each that counts, and at last one of `cpu_seconds`. It imports
only what release 0.1.0 has as well, and nothing of the package it lies in.
"""

import argparse
import sys
import time

import orjson

from pipeline.config import PipelineConfig
from pipeline.stages import STAGES
from schemas.codec import encode
from schemas.records import RawArticle


def main() -> None:
    """Load, read, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", required=True)
    parser.add_argument("--quotes", required=True)
    chosen = parser.parse_args()
    config = PipelineConfig(model_de=chosen.entities, quote_model=chosen.quotes)
    functions = [stage.load(config) for stage in STAGES if not getattr(stage, "stateful", False)]
    used = 0.0
    for line in sys.stdin.buffer:
        article = orjson.loads(line)
        record = RawArticle(id=article["name"], text=article["text"], language="de", meta={"name": article["name"]})
        begun = time.process_time()
        for function in functions:
            record = function(record)
        took = time.process_time() - begun
        if article["counts"]:
            used += took
            sys.stdout.buffer.write(b'{"name": %b, "record": %b}\n' % (orjson.dumps(article["name"]), encode(record)))
    sys.stdout.buffer.write(orjson.dumps({"cpu_seconds": used}) + b"\n")


if __name__ == "__main__":
    main()
