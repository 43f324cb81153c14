"""Whose quotes are found less well."""

from benchmarks.releases import CORPUS
from benchmarks.speaker_groups import counts, table
from pipeline.corpus.convert import speakers_row
from pipeline.corpus.files import articles_of
from schemas.records import RawArticle


def test_a_reader_without_mistakes_and_one_that_finds_nobody():
    articles = list(articles_of(CORPUS, "dev"))[:12]
    gold = {row["name"]: row for row in map(speakers_row, articles)}

    def perfect(record: RawArticle) -> dict[str, object]:
        row = gold[str(record.id)]
        quotes = [
            {"text": row["text"][quote["begin"] : quote["end"]], "speaker": {"name": quote["speaker"]}}
            for quote in row["quotes"]
        ]
        return {"quotes": quotes}

    def nobody(record: RawArticle) -> dict[str, object]:
        return {"quotes": [quote | {"speaker": None} for quote in perfect(record)["quotes"]]}  # type: ignore[attr-defined]

    found = counts(articles, perfect)
    assert found.quotes["PER-f"] > 10
    assert found.quotes["PER-m"] > 10
    assert found.quotes == found.found == found.right
    lost = counts(articles, nobody)
    assert lost.found == found.found
    assert not lost.right.total()
    assert f"| `x` | women | {found.quotes['PER-f']} | 1.000 | 0.000 |" in list(table("x", lost))
