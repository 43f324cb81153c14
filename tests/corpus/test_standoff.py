"""Annotation apart from its text, and together with it again."""

import json
from pathlib import Path

import pytest

from pipeline.cleaning.page import page_lines
from pipeline.cleaning.page import parse as lxml_root
from pipeline.corpus.checks import check
from pipeline.corpus.files import found_articles
from pipeline.corpus.markup import parse, read_article
from pipeline.corpus.standoff import (
    FIELDS,
    StandoffError,
    from_standoff,
    normalised,
    read_sources,
    text_of,
    to_standoff,
    write_rows,
)
from pipeline.corpus.writer import write_article
from pipeline.errors import ConfigurationError
from pipeline.evaluation.gold import read_rows

SOURCE = """id: real-1
genre: agency report
region: DE-BE
subject: trains

l | PER | f | Lore Unger = Unger
b | ORG | - | *Bahn

- - Züge fahren <c 1>laut</c> [Lore Unger|l @1]
<q 1 I l>wieder \\[pünktlich\\]</q>.

[Unger|l @2]: <q 2 D l>Alles gut</q> bei [der Bahn|b]. <n title>"Der Zug"</n>
"""
TEXT = '  - Züge fahren laut Lore Unger   \nwieder [pünktlich].\n \n\n\nUnger: Alles gut bei der Bahn. "Der Zug"\n'


def test_nothing_is_lost(tmp_path: Path) -> None:
    article = parse(SOURCE)
    row = to_standoff(article, "Meldung 7")
    for name in ("rows.jsonl", "rows.jsonl.gz"):
        write_rows(tmp_path / name, [row])
        (read,) = read_rows(tmp_path / name, FIELDS)
        joined = from_standoff(read, TEXT)
        assert write_article(joined) == write_article(article).replace(
            "subject: trains", "subject: trains\nsource: real"
        )
        assert write_article(parse(write_article(joined))) == write_article(joined)


def test_a_standoff_file_holds_no_sentence() -> None:
    text = json.dumps(to_standoff(parse(SOURCE), "Meldung 7"), ensure_ascii=False)
    assert "Lore Unger" in text  # the name of a chain
    assert not [words for words in ("fahren", "pünktlich", "Alles", "der Bahn") if words in text]


def test_found_texts_belong_to_parts(tmp_path: Path) -> None:
    (tmp_path / "standoff").mkdir()
    (tmp_path / "parts.toml").write_text('[found]\ndev = "real-2 real-3"\ntest = "real-4"\n', encoding="utf-8")
    row = to_standoff(parse(SOURCE), "Meldung 7")
    write_rows(tmp_path / "standoff" / "some.jsonl", [{**row, "id": f"real-{number}"} for number in range(1, 5)])
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps({"name": "Meldung 7", "text": TEXT}), encoding="utf-8")
    found = {
        part: [article.id for article in found_articles(tmp_path, "some.jsonl", texts, part)]
        for part in ("train", "dev", "test")
    }
    assert found == {"train": ["real-1"], "dev": ["real-2", "real-3"], "test": ["real-4"]}
    texts.write_text(json.dumps({"name": "Meldung 8", "text": TEXT}), encoding="utf-8")
    assert not list(found_articles(tmp_path, "some.jsonl", texts, "train"))


def test_another_text_is_refused() -> None:
    row = to_standoff(parse(SOURCE), "Meldung 7")
    with pytest.raises(StandoffError, match="the text of 'Meldung 7' is another one"):
        from_standoff(row, TEXT.replace("gut", "Gut"))


def test_a_damaged_row_is_refused() -> None:
    row = to_standoff(parse(SOURCE), "Meldung 7")
    with pytest.raises(StandoffError, match="real-1: no annotation"):
        from_standoff({**row, "mentions": [[0, 1]]}, TEXT)


def test_furniture_cannot_stand_apart() -> None:
    with pytest.raises(StandoffError, match="plain lines"):
        to_standoff(read_article(Path(__file__).parent / "articles" / "council.txt"), "x")


def test_real_text_may_lack_marks() -> None:
    article = parse(SOURCE)
    assert [problem.message for problem in check(article)] == [
        "quote 2 is direct, but neither begins nor ends with a quotation mark"
    ]
    assert check(from_standoff(to_standoff(article, "Meldung 7"), TEXT)) == []


def test_texts_are_read_by_name(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"name": "a", "text": "x"}\n{"name": "b", "gold": ["y", "z"]}\n')
    row = {"id": "real-1", "name": "a"}
    assert {name: text_of(row, source) for name, source in read_sources(path).items()} == {"a": "x", "b": "y\n\nz"}
    path.write_text('{"name": "a"}\n')
    with pytest.raises(ConfigurationError, match="'a' has neither text nor gold nor html"):
        read_sources(path)


def test_the_text_of_a_page_is_the_blocks_that_are_named() -> None:
    html = "<nav>Start</nav><p>- Züge fahren laut Lore Unger<br>wieder [pünktlich].</p><p>Werbung</p><p>Ende</p>"
    texts = [line.text for line in page_lines(lxml_root(html))]
    numbers = [number for number, text in enumerate(texts) if text not in ("Start", "Werbung")]
    row = to_standoff(parse(SOURCE), "Meldung 7", numbers)
    assert text_of(row, {"html": html}) == "\n\n".join(texts[number] for number in numbers)
    assert "Ende" in text_of(row, {"html": html})
    assert "Werbung" not in text_of(row, {"html": html})


@pytest.mark.parametrize("source", [{"text": "x"}, {"html": "<p>Züge</p>"}, {"html": None}])
def test_a_page_without_these_blocks_is_refused(source: dict[str, str | None]) -> None:
    row = to_standoff(parse(SOURCE), "Meldung 7", [7])
    with pytest.raises(StandoffError, match="real-1: 'Meldung 7' has no such text"):
        text_of(row, source)


def test_white_space_is_read_as_the_markup_reads_it() -> None:
    assert normalised("\n a  \nb\t\n\n \n\nc \n") == "a\nb\n\nc"
