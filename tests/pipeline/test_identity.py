"""The same article always gets the same id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity import article_id, key_text, version_hash, with_id
from schemas.codec import RecordError
from schemas.records import CleanArticle, RawArticle

URL = "https://zeitung.example/politik/artikel-17.html"


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://ZEITUNG.example/politik/artikel-17.html",
        "https://zeitung.example/politik/artikel-17.html#kommentare",
        "https://zeitung.example/politik/artikel-17.html?utm_source=newsletter&utm_medium=email",
        " https://zeitung.example/politik/artikel-17.html\n",
        "https://zeitung.example/politik/artikel-17.html;jsessionid=4A?fbclid=Iw&ref=rss&WT_MC=a",
        "https://zeitung.example/politik/artikel-17.html?_ga=2.1&ref_src=x&at_medium=rss&PHPSESSID=4a#!",
    ],
)
def test_spellings_of_one_url_are_one_article(other: str) -> None:
    assert article_id(RawArticle(url=other, text="a"), key=None) == article_id(RawArticle(url=URL, text="b"), key=None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "?seite=2"),
        ("?4711", "?4712"),
        ("?/archives/12-freibad.html", "?/archives/13-rat.html"),
        ("?cid=4711", "?cid=4712"),
        ("?galerie=1", "?galerie=2"),
        ("?ref=11", "?ref=12"),
        ("?at_id=12", "?at_id=13"),
        ("?titel=M%E4rz", "?titel=M%F6rz"),
        ("#!/artikel/1", "#!/artikel/2"),
        ("#/artikel/1", "#/artikel/2"),
    ],
)
def test_another_page_is_another_article(one: str, other: str) -> None:
    assert len({article_id(RawArticle(url=URL + end, text="a"), key=None) for end in (one, other)}) == 2


def test_the_same_query_in_another_order_is_the_same_article() -> None:
    one, other = (article_id(RawArticle(url=f"https://zeitung.example{end}", text="a"), key=None) for end in
                  ("/?b=%c3%a4&a=1&a=0", "?a=1&amp;a=0&utm_id=7&b=%C3%A4"))  # fmt: skip
    assert one == other


def test_own_id_wins_then_key_then_url_then_content() -> None:
    assert article_id(RawArticle(id="x", url=URL, text="a"), key="k") == "x"
    assert article_id(RawArticle(url=URL, text="a"), key="k") == "k"
    assert article_id(RawArticle(url=URL, text="a"), key="").startswith("url-")
    assert article_id(RawArticle(url=" ", text="a"), key=None).startswith("content-")


def test_an_article_has_the_same_id_in_every_release() -> None:
    """Or all that is there would come a second time after an upgrade."""
    by_url = article_id(RawArticle(url="https://a.example/1", text="a"), key=None)
    by_content = article_id(RawArticle(title="T", text="a"), key=None)
    assert (by_url, by_content) == (
        "url-d817b80f9a5befb9163eb63d",
        "content-3ad764aa8d41360a13c53a31",
    )


@pytest.mark.parametrize(
    "url", ["/", "//", "#oben", "/#oben", "-", "n/a", "N/A", "NaN", "None", "null", "https://", "about:blank", "k. A."]
)
def test_a_url_that_names_nothing_is_no_id(url: str) -> None:
    first, second = (article_id(RawArticle(url=url, text=text), key=None) for text in "ab")
    assert first != second
    assert first.startswith("content-")


def test_content_ids_tell_title_from_text() -> None:
    assert article_id(RawArticle(title="a", text="b"), key=None) != article_id(RawArticle(text="ab"), key=None)


@given(url=st.text() | st.text().map("https://".__add__))
def test_any_url_gives_one_id(url: str) -> None:
    article = RawArticle(url=url, text="a")
    assert article_id(article, key=None) == article_id(article, key=None) != ""


def test_what_only_looks_like_a_url_is_still_a_name() -> None:
    assert article_id(RawArticle(url="https://[", text="a"), key=None).startswith("url-")


def test_a_key_that_is_no_text_is_another_article_than_its_escape() -> None:
    assert key_text(b"a-17") == "a-17"
    assert key_text(None) is None
    names = {key_text(b"\xff"), key_text(b"\xfe"), key_text(b"\\xff"), key_text(b"\\xfe")}
    assert len(names) == 4


def test_a_key_that_is_too_long_for_an_id_is_refused_at_once() -> None:
    assert with_id(RawArticle(text="a"), "k" * 1900).id == "k" * 1900
    with pytest.raises(RecordError, match=r"id from the message key: .*1900"):
        with_id(RawArticle(text="a"), "k" * 1901)


CLEAN = CleanArticle(
    id="a", language="de", text="Die Brücke ist zu.", content_hash="0", simhash="0" * 16, title="Brücke"
)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Die „Brücke“ ist zu."},
        {"title": "Brücke zu"},
        {"kicker": "Verkehr"},
        {"source": "Bote"},
        {"authors": ["Karla Brinkmeier"]},
        {"published_at": "2026-03-02T09:00:00Z"},
    ],
)
def test_what_is_shown_makes_a_version(change: dict[str, object]) -> None:
    assert version_hash(CLEAN.model_copy(update=change)) != version_hash(CLEAN)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://bote.example/1?utm_source=x"},
        {"meta": {"fetched": 2}},
        {"modified_at": "2026-03-02T10:00:00Z"},
        {"removed": [{"text": "Mehr zum Thema", "reason": "related"}]},
    ],
)
def test_what_differs_from_one_fetch_to_the_next_makes_none(change: dict[str, object]) -> None:
    assert version_hash(CLEAN.model_copy(update=change)) == version_hash(CLEAN)
