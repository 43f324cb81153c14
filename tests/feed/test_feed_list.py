"""The list of feeds, and what is told of a wrong one."""

from pathlib import Path

import pytest

from agents.feed.feed_list import FeedListError, FeedSource, load

ROOT = Path(__file__).parents[2]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_feeds_are_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [[feeds]]
        url = "https://www.example.org/feed.xml"
        source = " Waldauer Bote "

        [[feeds]]
        url = "http://example.com:8080/news.xml.gz"
        source = "Beispiel"
        language = "de"
        interval_minutes = 5
        """,
    )
    assert load(path) == [
        FeedSource(url="https://www.example.org/feed.xml", source="Waldauer Bote"),
        FeedSource(url="http://example.com:8080/news.xml.gz", source="Beispiel", language="de", interval_minutes=5),
    ]


GOOD = '[[feeds]]\nurl = "https://a.example/"\nsource = "A"\n\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no feed"),
        ("# [[feeds]]\n", "names no feed"),
        ("[[feeds]\n", "line 1"),
        (GOOD + '[[feeds]]\nurl = "https://b.example/"\n', ":5: feeds[2].source: is missing"),
        (GOOD + '[[feeds]]\nsource = "B"\nurl = "ftp://b.example/"\n', ":7: feeds[2].url: 'ftp://b.example/' is no"),
        (GOOD + '[[feeds]]\nsource = ""\nurl = "https://b.example/"\n', ":6: feeds[2].source: "),
        (GOOD + '[[feeds]]\nsource = "B"\nurl = "https://b.example/"\nintervall = 3\n', ":8: feeds[2].intervall: no"),
        (GOOD + "interval_minutes = 0\n", ":5: feeds[1].interval_minutes: "),
        (GOOD + 'interval_minutes = "oft"\n', ":5: feeds[1].interval_minutes: "),
        (GOOD + 'language = "Deutsch!"\n', ":5: feeds[1].language: "),
        (GOOD + GOOD, ":6: feeds[2].url: the same as feeds[1].url"),
        ('feeds = ["https://a.example/"]\n', "feeds[1]: "),
        ("feeds = 3\n", ":1: feeds: a list is needed"),
        ("[feed]\n", ":1: feed: not known here"),
        (f"feeds = {'[' * 5000}", "recursion"),
        (f"feeds = {'9' * 5000}", "5000 digits"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FeedListError) as caught:
        load(written(tmp_path, text))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(FeedListError, match="no such file"):
        load(tmp_path / "nirgends.toml")
    (tmp_path / "feeds.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FeedListError, match="not UTF-8"):
        load(tmp_path / "feeds.toml")


def test_the_starter_file_is_switched_off_and_whole_once_switched_on(tmp_path: Path) -> None:
    example = ROOT / "feeds.example.toml"
    with pytest.raises(FeedListError, match="names no feed"):
        load(example)
    lines = example.read_text(encoding="utf-8").splitlines()
    on = "\n".join(line.removeprefix("#") if line.startswith("#[[") or " = " in line else line for line in lines)
    feeds = load(written(tmp_path, on))
    assert len(feeds) >= 20
    assert {".de", ".at", ".ch"} <= {"." + feed.url.split("/")[2].rsplit(".", 1)[-1] for feed in feeds}
