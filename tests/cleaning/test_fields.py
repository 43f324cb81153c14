"""Times, access, department, embedded posts and the text of JSON-LD, each with what tells it."""

import json

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.access import access_of
from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.dates import dated_lines
from pipeline.cleaning.embeds import mark_embeds
from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.forest import Forest, load
from pipeline.cleaning.lines import Line, text_lines
from pipeline.cleaning.linked_body import is_stub, with_linked_body
from pipeline.cleaning.metadata import Metadata, read_metadata
from pipeline.cleaning.page import page_lines, parse
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE


def metadata(head: str, **linked: object) -> Metadata:
    data = json.dumps({"@type": "NewsArticle", "headline": "Brücke da", **linked})
    return read_metadata(parse(f'<head>{head}<script type="application/ld+json">{data}</script></head><p>Text</p>'))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("NewsArticle", True),
        (["https://schema.org/ReportageNewsArticle"], True),
        ("LiveBlogPosting", True),
        ("Article", False),
        ("BlogPosting", False),
    ],
)
def test_a_page_that_calls_itself_news_is_judged_by_the_trees_of_news(kind: object, expected: bool) -> None:
    linked = json.dumps({"@type": kind, "headline": "Brücke da"})
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    asked = []

    def forest(name: str) -> Forest:
        asked.append(name)
        return load(name)

    page = f'<html><head><script type="application/ld+json">{linked}</script></head><body>{paragraphs}</body></html>'
    Cleaner(PipelineConfig(), Classifiers(forest))(RawArticle(url="https://zeitung.example/1", html=page))
    assert asked == ["news" if expected else "page"]


def kept(*texts: str) -> list[Line]:
    lines = [Line(text) for text in texts]
    for line in lines:
        line.keep("paragraph", "test")
    return lines


def removed(*texts: str) -> list[Line]:
    lines = [Line(text) for text in texts]
    for line in lines:
        line.remove("other", "classifier 0.01")
    return lines


def test_publication_and_last_change_are_told_apart() -> None:
    found = metadata("", datePublished="2024-03-12T16:40:00+0100", dateModified="2024-03-13T08:00:00+0100")
    assert found.published == FieldValue("2024-03-12T16:40:00+01:00", "JSON-LD datePublished")
    assert found.modified == FieldValue("2024-03-13T08:00:00+01:00", "JSON-LD dateModified")


def test_a_last_change_alone_is_no_publication() -> None:
    found = metadata('<meta property="article:modified_time" content="2024-03-13T08:00:00+01:00">')
    assert found.published is None
    assert found.modified == FieldValue("2024-03-13T08:00:00+01:00", "meta article:modified_time")


@pytest.mark.parametrize(
    ("lines", "published", "modified"),
    [
        (["12.03.2024, 16:40 Uhr"], "2024-03-12T16:40:00+01:00", None),
        (["Stand: 12. März 2024, 16.40 Uhr"], None, "2024-03-12T16:40:00+01:00"),
        (
            ["Veröffentlicht am 1.7.2023 um 9:05 Uhr, aktualisiert am 2.7.2023 um 10:00 Uhr"],
            "2023-07-01T09:05:00+02:00",
            "2023-07-02T10:00:00+02:00",
        ),
        (["Letzte Änderung: 12.03.2024"], None, "2024-03-12T00:00:00+01:00"),
        (["Letzte Bearbeitung am 12. März 2024"], None, "2024-03-12T00:00:00+01:00"),
        (["30.02.2024"], None, None),
        (["12. Jänner 2024, 09:14 Uhr | APA"], "2024-01-12T09:14:00+01:00", None),
        (["3. Feber 2024"], "2024-02-03T00:00:00+01:00", None),
        (["Berlin, den 2. ſeptember 1905"], "1905-09-02T00:00:00+01:00", None),
        (["Freitag, 15.03.24, 10:12 Uhr"], "2024-03-15T10:12:00+01:00", None),
        (["Pressemitteilung 17/2024 vom 22. Mai 2024"], "2024-05-22T00:00:00+02:00", None),
        (["Version 10.12.24.1"], None, None),
        (["Die Brücke ist seit dem Sommer gesperrt."], None, None),
    ],
)
def test_dated_lines(lines: list[str], published: str | None, modified: str | None) -> None:
    found = dated_lines([Line(line) for line in lines])
    assert tuple(told.value if told else None for told in found) == (published, modified)


@pytest.mark.parametrize(
    ("head", "linked", "department", "by"),
    [
        ("", {"articleSection": ["Lokales", "Bauen"]}, "Lokales", "JSON-LD articleSection"),
        ('<meta property="article:section" content="Politik">', {}, "Politik", "meta article:section"),
    ],
)
def test_the_department(head: str, linked: dict[str, object], department: str, by: str) -> None:
    assert metadata(head, **linked).department == FieldValue(department, by)


def test_the_department_by_breadcrumbs() -> None:
    steps = [{"@type": "ListItem", "name": name} for name in ("Startseite", "Wirtschaft", "Brücke da")]
    data = json.dumps({"@type": "BreadcrumbList", "itemListElement": steps})
    page = f'<title>Brücke da</title><script type="application/ld+json">{data}</script>'
    assert read_metadata(parse(page)).department == FieldValue("Wirtschaft", "JSON-LD BreadcrumbList")


NOTICE = "Dieser Artikel ist nur für Abonnenten. Jetzt testen und weiterlesen."


@pytest.mark.parametrize(
    ("lines", "declared", "body", "access"),
    [
        (kept(*PARAGRAPHS), None, None, None),
        (kept(*PARAGRAPHS), FieldValue("free", "JSON-LD"), None, FieldValue("free", "JSON-LD")),
        (kept(PARAGRAPHS[0]), FieldValue("locked", "JSON-LD"), None, FieldValue("teaser", "JSON-LD")),
        (kept(PARAGRAPHS[0]) + removed(NOTICE), None, None, FieldValue("teaser", f"line {NOTICE!r}")),
        (removed("Bereits Abonnent? Anmelden") + kept(*PARAGRAPHS), None, None, None),
        (kept(*PARAGRAPHS * 3), FieldValue("locked", "JSON-LD"), None, None),
        (
            kept(*PARAGRAPHS * 3),
            FieldValue("locked", "JSON-LD"),
            " ".join(PARAGRAPHS * 5),
            FieldValue("teaser", "JSON-LD"),
        ),
    ],
    ids=[
        "nothing tells",
        "declared free",
        "locked stub",
        "notice",
        "log-in above",
        "whole though locked",
        "body longer",
    ],
)
def test_access(lines: list[Line], declared: FieldValue | None, body: str | None, access: FieldValue | None) -> None:
    assert access_of(lines, declared, body) == access


@pytest.mark.parametrize(("free", "access"), [(False, "teaser"), (True, "free"), (None, "unknown")])
def test_the_record_says_whether_all_of_the_article_is_there(free: bool | None, access: str) -> None:
    told = "" if free is None else json.dumps({"@type": "NewsArticle", "isAccessibleForFree": free})
    page = f'<html><head><script type="application/ld+json">{told}</script></head><body><p>{PARAGRAPHS[2]}</p></body>'
    assert Cleaner(PipelineConfig())(RawArticle(html=page, language="de")).access == access


@pytest.mark.parametrize(("free", "value"), [(True, "free"), ("False", "locked")])
def test_access_that_a_page_declares(free: object, value: str) -> None:
    assert metadata("", isAccessibleForFree=free).access == FieldValue(value, "JSON-LD isAccessibleForFree")


def test_a_part_that_is_not_free_locks_the_article() -> None:
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
    assert metadata("", isAccessibleForFree=True, hasPart=part).access == FieldValue(
        "locked", "JSON-LD isAccessibleForFree"
    )


def test_a_post_with_its_author_stays_as_a_quote() -> None:
    lines = page_lines(
        parse(
            '<p>Die Ministerin meldete sich.</p><blockquote class="twitter-tweet"><p>Wir fangen im Frühjahr an.</p>'
            "— Ida Lorenzen (@lorenzen) 12. März 2024</blockquote><p>Mehr sagte sie nicht.</p>"
        )
    )
    mark_embeds(lines)
    assert [line.kind for line in lines] == [None, "quote", "quote", None]


def test_an_article_in_an_element_that_is_called_as_posts_are_is_no_post() -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 2)
    lines = page_lines(parse(f'<div class="instagram-media-page">{paragraphs}<p>Bild: Ida (@ida)</p></div>'))
    mark_embeds(lines)
    assert all(line.open for line in lines)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            '<blockquote class="instagram-media"><p>Sieh dir diesen Beitrag auf Instagram an</p></blockquote>',
            "Sieh dir diesen Beitrag auf Instagram an",
        ),
        (
            "<div>Hier finden Sie externe Inhalte von Twitter. Bitte stimmen Sie der Anzeige zu.</div>",
            "Hier finden Sie externe Inhalte von Twitter. Bitte stimmen Sie der Anzeige zu.",
        ),
    ],
)
def test_what_stands_in_the_place_of_a_post_is_removed(html: str, text: str) -> None:
    (line,) = page_lines(parse(html))
    mark_embeds([line])
    assert (line.text, line.reason) == (text, "embed")


def test_the_whole_article_of_json_ld_takes_the_place_of_a_stub() -> None:
    lines = removed("Navigation") + kept(PARAGRAPHS[0]) + removed("Impressum")
    found = with_linked_body(lines, "\n\n".join(PARAGRAPHS))
    assert [line.text for line in found if line.kind is not None] == PARAGRAPHS
    assert [line.kind for line in found if line.kind is not None] == ["lead", *["paragraph"] * 4]
    assert [line.reason for line in found if line.text == PARAGRAPHS[0]] == [None, "repeated"]


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (kept(*PARAGRAPHS), "\n\n".join(PARAGRAPHS)),
        (kept(*PARAGRAPHS), PARAGRAPHS[0]),
        (kept(PARAGRAPHS[0]), "Ein anderer Artikel, der mit diesem nichts gemein hat als die Länge. " * 20),
        (kept(PARAGRAPHS[0]), None),
    ],
    ids=["both whole", "a stub in JSON-LD", "another article", "none"],
)
def test_markup_that_is_whole_stays(lines: list[Line], body: str | None) -> None:
    assert with_linked_body(lines, body) == lines


def test_a_stub_in_json_ld_is_told() -> None:
    whole = " ".join(PARAGRAPHS)
    assert is_stub(PARAGRAPHS[0], whole)
    assert not is_stub(whole, whole)
    assert not is_stub(PARAGRAPHS[0], "")


def test_tags_of_json_ld_are_no_text() -> None:
    found = metadata("", articleBody="<p>Erster Absatz.</p><p>Zweiter <b>Absatz</b>.</p>")
    assert [line.text for line in text_lines(found.body or "")] == ["Erster Absatz.", "Zweiter Absatz ."]


@pytest.mark.parametrize("unknown", ["0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
def test_what_programs_write_where_they_know_no_time_is_none(unknown: str) -> None:
    assert metadata("", datePublished=unknown).published is None
    known = metadata('<meta property="article:published_time" content="2024-02-11T20:00:00Z">', datePublished=unknown)
    assert known.published == FieldValue("2024-02-11T20:00:00Z", "meta article:published_time")


def test_all_names_of_the_site_are_cut_off_a_title() -> None:
    root = parse(
        "<title>Brücke da | Waldauer Bote | bote.de</title><meta property='og:site_name' content='Waldauer Bote'>"
    )
    assert read_metadata(root).title == "Brücke da"


def test_a_title_of_nothing_but_sites_ends_somewhere() -> None:
    assert (read_metadata(parse(f"<title>Brücke da{' | bote.de' * 5000}</title>")).title or "").startswith("Brücke da")


def test_summaries_are_different_and_not_endless() -> None:
    linked = [{"@type": "Article", "description": f"Satz {number // 2}."} for number in range(1000)]
    many = read_metadata(parse(f'<script type="application/ld+json">{json.dumps(linked)}</script><p>Text</p>'))
    assert many.descriptions[:3] == ["Satz 0.", "Satz 1.", "Satz 2."]
    assert len(many.descriptions) == 100
    assert metadata("", description="Wort " * 20_000).descriptions == []


@pytest.mark.parametrize(
    "text",
    ["5. November 2021, 10:39 Uhr", "1. FC Köln siegt", "2. Bundesliga", "12. Mai", "5. Nov. 2021", "5. 11. 2021"],
)
def test_an_ordinal_is_no_list_mark(text: str) -> None:
    (line,) = text_lines(text)
    assert (line.text, line.bullet, line.number) == (text, False, None)


@pytest.mark.parametrize("text", ["5. Novemberwetter bringt Regen", "1. Was ist neu?", "3) Mai", "12. Preise im Blick"])
def test_other_numbers_are_list_marks(text: str) -> None:
    (line,) = text_lines(text)
    assert line.bullet
    assert line.number == int(text.split(".", maxsplit=1)[0].split(")", maxsplit=1)[0])


def test_a_line_with_a_written_out_month_gives_the_day() -> None:
    text = "\n\n".join(["Brücke in Waldau ist fertig", "5. November 2021, 10:39 Uhr", *PARAGRAPHS])
    article = Cleaner(PipelineConfig())(RawArticle(text=text))
    assert article.published_at == "2021-11-05T10:39:00+01:00"


@pytest.mark.parametrize(
    ("line", "published_at"),
    [
        ("9. November 1938", None),
        ("Sonnabend, 24. Juli 2010:", None),
        ("— Ida Lorenzen (@lorenzen) 3. Mai 2019\nAnzeige", None),
        ("9. November 2023, 16:40 Uhr", "2023-11-09T16:40:00+01:00"),
        ("09. November 2023", "2023-11-09T00:00:00+01:00"),
        ("09.11.2023", "2023-11-09T00:00:00+01:00"),
        ("Von Ute Muster, 9. November 2023", "2023-11-09T00:00:00+01:00"),
        ("Von Ute Muster\n9. November 2023", "2023-11-09T00:00:00+01:00"),
    ],
)
def test_a_day_within_the_text_is_not_when_it_was_published(line: str, published_at: str | None) -> None:
    text = "\n\n".join(["Brücke in Waldau ist fertig", PARAGRAPHS[0], line, *PARAGRAPHS[1:]])
    assert Cleaner(PipelineConfig())(RawArticle(text=text)).published_at == published_at


def test_a_day_over_the_text_is_when_it_was_published() -> None:
    text = "\n\n".join(["Brücke in Waldau ist fertig", "9. November 2023", *PARAGRAPHS])
    assert Cleaner(PipelineConfig())(RawArticle(text=text)).published_at == "2023-11-09T00:00:00+01:00"


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["Von Ida Muster", *PARAGRAPHS, "Mehr zum Thema", "Fähre fällt aus", "Von Max Beispiel"], ["Ida Muster"]),
        (
            [*PARAGRAPHS, "Von Ida Muster", "Mehr zum Thema", *(["Fähre fällt aus"] * 9), "Von Max Beispiel"],
            ["Ida Muster"],
        ),
        (
            ["Markt zieht um", "Von Max Beispiel", *(["Aktuell"] * 9), TITLE, "Von Ida Muster", *PARAGRAPHS],
            ["Ida Muster"],
        ),
    ],
    ids=["beside the title", "below the text", "others above"],
)
def test_the_authors_of_other_articles_of_the_page_are_not_its(lines: list[str], authors: list[str]) -> None:
    text = "\n\n".join(lines if TITLE in lines else [TITLE, *lines])
    assert Cleaner(PipelineConfig())(RawArticle(text=text)).authors == authors


def test_a_byline_tells_more_than_the_name_of_the_site() -> None:
    linked = {"@type": "NewsArticle", "headline": TITLE, "author": {"@type": "Organization", "name": "Bote"}}
    head = (
        f'<meta property="og:site_name" content="Bote"><script type="application/ld+json">{json.dumps(linked)}</script>'
    )
    for byline, authors in (("<p>Von Ida Muster</p>", ["Ida Muster"]), ("", ["Bote"])):
        body = f"<h1>{TITLE}</h1>{byline}" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
        page = f"<html><head>{head}</head><body>{body}</body></html>"
        assert Cleaner(PipelineConfig())(RawArticle(html=page, language="de")).authors == authors


def test_a_dateline_may_be_a_line_of_its_own() -> None:
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join([TITLE, "Steinau (ots)", *PARAGRAPHS[2:]])))
    assert (article.dateline, article.agencies) == ("Steinau", ["ots"])


@pytest.mark.parametrize(
    ("byline", "agencies"),
    [("Von Ida Muster, dpa", ["dpa"]), ("Von Ida Muster mit AP", ["AP"]), ("Von Ida Muster", [])],
)
def test_agencies_of_a_byline(byline: str, agencies: list[str]) -> None:
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join([TITLE, byline, *PARAGRAPHS[2:]])))
    assert (article.authors, article.agencies) == (["Ida Muster"], agencies)


SOURCES = [
    ("Quelle: bote.example, bju/dpa", ["dpa"]),
    ("Quelle: Hafen ONLINE, AFP, bju", ["AFP"]),
    ("Quelle: epd", ["epd"]),
    ("bju/dpa", ["dpa"]),
    ("Quelle: Statistikamt", []),
]


@pytest.mark.parametrize(("source", "agencies"), SOURCES)
def test_what_stands_below_a_text_as_its_source_tells_the_agencies(source: str, agencies: list[str]) -> None:
    clean = Cleaner(PipelineConfig())
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[2:])
    html = f'<html><body><article><h1>{TITLE}</h1>{body}<p class="article__source">{source}</p></article></body></html>'
    for raw in (RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS[2:], source])), RawArticle(html=html)):
        assert clean(raw).agencies == agencies


@pytest.mark.parametrize(
    ("above", "agencies"),
    [
        ('<div class="metadata"><time>12. März 2024</time> <span>Quelle: Hafen ONLINE, dpa, bju</span></div>', ["dpa"]),
        ("<figure><figcaption><p>Die alte Brücke</p><span>Quelle: dpa</span></figcaption></figure>", []),
        ('<div class="article-image"><p>Die alte Brücke (Quelle: Ole Knipser/dpa)</p></div>', []),
    ],
)
def test_the_source_of_a_picture_is_not_that_of_the_article(above: str, agencies: list[str]) -> None:
    body = f"<h1>{TITLE}</h1>{above}" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[2:])
    assert Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{body}</body></html>")).agencies == agencies


def test_an_author_that_is_an_agency_is_one() -> None:
    linked = json.dumps(
        {"@type": "NewsArticle", "headline": TITLE, "author": [{"name": "Ida Muster"}, {"name": "dpa"}]}
    )
    body = f"<h1>{TITLE}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[2:])
    page = f'<html><head><script type="application/ld+json">{linked}</script></head><body>{body}</body></html>'
    article = Cleaner(PipelineConfig())(RawArticle(html=page, language="de"))
    assert (article.authors, article.agencies) == (["Ida Muster", "dpa"], ["dpa"])


def test_a_dash_that_stands_alone_is_no_list() -> None:
    text = "\n\n".join([TITLE, *PARAGRAPHS[:3], "— Nein", *PARAGRAPHS[3:]])
    article = Cleaner(PipelineConfig())(RawArticle(text=text))
    assert all(block.kind != "list" for block in article.blocks)


def test_the_day_of_a_byline_is_the_article_s() -> None:
    lines = ["Markt zieht um", "02.01.2024, 9:51 Uhr", TITLE, "Von Ida Muster, 12. März 2024", *PARAGRAPHS]
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join(lines)))
    assert (article.authors, article.published_at) == (["Ida Muster"], "2024-03-12T00:00:00+01:00")


@pytest.mark.parametrize(
    "post",
    [
        '<blockquote class="bluesky-embed"><p>{words}</p>— Ida Muster '
        '(<a href="x">@muster.bsky.social</a>) <a href="y">20. Mai 2024 um 10:12</a></blockquote>',
        '<blockquote class="instagram-media"><p><a href="x">{words}</a></p><p>A post shared by Ida Muster (@muster) on '
        '<time datetime="2018-05-20T08:00:00+00:00">May 20, 2018</time></p></blockquote>',
        '<blockquote class="tiktok-embed"><section><a href="x">@muster</a><p>{words}</p></section></blockquote>',
        '<div class="fb-post"><blockquote><p>{words}</p>Gepostet von Ida Muster am 20. Mai 2024</blockquote></div>',
    ],
)
def test_posts_of_all_networks_are_quotes_and_their_day_is_not_the_article_s(post: str) -> None:
    words = "Freiheit heißt nicht, andere zu gefährden. Das sollte auch ein Minister wissen."
    body = f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>{post.format(words=words)}"
    body += "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[1:])
    article = Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{body}</body></html>"))
    quotes = [article.text[block.begin : block.end] for block in article.blocks if block.kind == "quote"]
    assert words in quotes
    assert any("uster" in quote for quote in quotes)
    assert article.published_at is None


def test_a_post_that_is_nothing_but_links_is_removed_as_a_post() -> None:
    post = '<blockquote class="mastodon-embed"><a href="x"><div>Post by @muster@social.example</div></a></blockquote>'
    body = f"<p>{PARAGRAPHS[0]}</p>{post}<p>{PARAGRAPHS[1]}</p>"
    article = Cleaner(PipelineConfig())(RawArticle(html=f"<html><body>{body}</body></html>"))
    assert [(line.text, line.reason) for line in article.removed] == [("Post by @muster@social.example", "embed")]


def test_the_day_since_when_somebody_writes_in_a_forum_is_not_the_article_s() -> None:
    assert dated_lines(removed("heizer77 Beiträge: 214 Registriert: Mo 3. Feb 2014")) == (None, None)
