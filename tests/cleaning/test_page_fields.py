"""What a page says of its article in its head, its JSON-LD and its marked elements. All is invented."""

import json

import pytest

from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.metadata import Metadata, read_metadata
from pipeline.cleaning.page import parse


def page(head: str = "", body: str = "<p>Text</p>", *linked: object) -> Metadata:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(data)}</script>' for data in linked)
    return read_metadata(parse(f"<html><head>{head}{scripts}</head><body>{body}</body></html>"))


@pytest.mark.parametrize(
    ("title", "headings", "site"),
    [
        ("Brücke da › Nordisch bei Natur", "<h1>Brücke da</h1>", None),
        ("Brücke da » Waldauer Bote", "", "Waldauer Bote"),
        ("Brücke da ⋆ Waldauer Bote", "", "Waldauer Bote"),
        ("Waldauer Bote » Brücke da", "", "Waldauer Bote"),
        ("bote.example - Brücke da", "<h1>Brücke da</h1>", None),
        ("bote.de | Brücke da", "", None),
        ("Brücke da : 31.10.2023, 10.19 Uhr", "<h1>Brücke da</h1>", None),
        ("Brücke da | Der Bote, eine Zeitung für alle", '<h1><a href="/">Der Bote</a></h1><h2>Brücke da</h2>', None),
        ("Brücke da | Der Bote", '<h1><a href="https://bote.example/">Der Bote</a></h1><h2>Brücke da</h2>', None),
        ("Der Bote - Neues » Brücke da", "<h1>Der Bote</h1><h2>Brücke da</h2>", None),
        ("Waldauer Bote", "<h1>Brücke da</h1>", "Waldauer Bote"),
        ("Amt für Bauen: Brücke da", "<h1>Brücke da</h1>", None),
        ("Brücke da: Bistum Waldau", "<h1>Brücke da</h1>", None),
        ("Bauen am Hafen: Brücke da", "<h1>Bauen am Hafen</h1><h2>Brücke da</h2>", None),
        ("Brücke da - Druckansicht", "", None),
        ("Brücke da | Druckversion", "<p>Waldauer Bote</p>", "Waldauer Bote"),
        (
            "Mein Tagebuch: Brücke da",
            '<h1><a href="https://bote.example/">Mein Tagebuch</a></h1><h3>Brücke da</h3>',
            None,
        ),
        ("Stadt Waldau: Aktuelles", '<h3 itemprop="headline">Brücke da</h3>', None),
        ("Brücke da", "<h1>Brücke da: So fährt man nun</h1>", None),
    ],
)
def test_a_title_is_without_what_the_site_is_called(title: str, headings: str, site: str | None) -> None:
    named = f'<meta property="og:site_name" content="{site}">' if site else ""
    assert page(f"<title>{title}</title>{named}", headings).title == "Brücke da"


@pytest.mark.parametrize(
    "title",
    [
        "amtsblatt_04.pdf",
        "Microsoft Word - PM Brücke.docx",
        "Unbenanntes Dokument",
        "Untitled",
        "Dokument1",
        "Pressemitteilung",
        "News",
        "Neue Seite 1",
    ],
)
def test_what_is_no_headline_is_no_title(title: str) -> None:
    assert page(f"<title>{title}</title>", "<h1>Brücke da</h1>").title == "Brücke da"
    assert page(f"<title>{title}</title>").title is None
    assert page("", f"<h1>{title}</h1>").title is None


@pytest.mark.parametrize("title", ["Corona - Die Zahlen am Montag", "Brücke da: Was nun?", "Kern – der Mann der Mitte"])
def test_a_title_with_a_dash_stays_whole(title: str) -> None:
    assert page(f"<title>{title}</title>", "<h1>Was am Montag geschah</h1>").title == title


def test_an_author_may_be_named_elsewhere_in_the_json_ld() -> None:
    graph = [
        {"@type": "Article", "headline": "Brücke da", "author": {"@id": "https://bote.example/#/person/7"}},
        {"@type": "Person", "@id": "https://bote.example/#/person/7", "name": "Ida Muster"},
    ]
    assert page("", "<p>Text</p>", {"@graph": graph}).authors == ["Ida Muster"]


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("Kirche und Land, Waldau, Germany", ["Kirche und Land"]),
        ("Amt für Bauen, Wohnen und Verkehr", ["Amt für Bauen, Wohnen und Verkehr"]),
        ("Verein der Brückenbauer e.V.", ["Verein der Brückenbauer e.V."]),
        ("Ida Muster, Waldau", ["Ida Muster"]),
        ("Von Ida Muster und Max Beispiel.", ["Ida Muster", "Max Beispiel"]),
        ("Ida Muster, dpa", ["Ida Muster", "dpa"]),
        ("Autor/in: Ida Muster", ["Ida Muster"]),
        ("Ida von Muster", ["Ida von Muster"]),
        ("Ida Muster (Text), Max Beispiel (Bilder)", ["Ida Muster", "Max Beispiel"]),
        ("Max Beispiel (Foto)", ["Max Beispiel"]),
        ("Eingestellt von Ida Muster", ["Ida Muster"]),
        ("Super User", []),
        ("admin", []),
        ("publisher", []),
    ],
)
def test_authors_by_meta_tags(author: str, authors: list[str]) -> None:
    assert page(f'<meta name="author" content="{author}">').authors == authors


def test_the_name_of_an_organisation_is_one() -> None:
    linked = {"@type": "Article", "author": {"@type": "Organization", "name": "Rat und Verwaltung, Waldau"}}
    assert page("", "<p>Text</p>", linked).authors == ["Rat und Verwaltung, Waldau"]


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ('<span itemprop="author">par <a rel="author" href="/ida">Ida Muster</a></span>', ["Ida Muster"]),
        ('<div itemprop="author"><b itemprop="name">Ida Muster</b><p>Ida reist gern.</p></div>', ["Ida Muster"]),
        (
            '<a rel="author" href="/ida">Ida Muster</a><a rel="author" href="/ida">Alle Artikel von Ida</a>',
            ["Ida Muster"],
        ),
        ('<a rel="author" href="/ida">Archiv anzeigen →</a>', []),
        ('<span class="author vcard"><a class="url fn n" href="/ida">Ida Muster</a></span>', ["Ida Muster"]),
        ('<dd itemprop="author">Geschrieben von: <span itemprop="name">Ida Muster</span></dd>', ["Ida Muster"]),
        ('<p class="author">von Fährmann77 » gestern</p>', []),
        (
            '<a rel="author" href="/ida">Ida Muster</a><li class="comment"><i itemprop="author">Max</i></li>',
            ["Ida Muster"],
        ),
        ('<ol class="comments"><li><span itemprop="author">Max Beispiel</span></li></ol>', []),
        ('<footer>Thema von <a rel="author" href="https://themen.example">Themenfabrik</a></footer>', []),
        ('<article><footer><a rel="author" href="/ida">Ida Muster</a></footer></article>', ["Ida Muster"]),
        (
            '<li class="post-author"><span class="screen-reader-text">Beitragsautor</span> '
            '<span class="meta-text">Von <a href="/ida">Ida Muster</a></span></li>',
            ["Ida Muster"],
        ),
        ('<p class="post-author"><span>Beitragsautor:</span> Von <a href="/ida">Ida Muster</a></p>', ["Ida Muster"]),
    ],
)
def test_authors_by_elements(body: str, authors: list[str]) -> None:
    assert page("", body).authors == authors


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ('<p class="author">von Ida Muster, BOTE AKTUELL</p>', ["Ida Muster"]),
        ('<span itemprop="author">Ida Muster, Bote</span>', ["Ida Muster"]),
        ('<span itemprop="author">Bote Redaktion</span>', ["Bote Redaktion"]),
    ],
)
def test_the_site_is_no_author_beside_a_person(body: str, authors: list[str]) -> None:
    assert page('<meta property="og:site_name" content="Bote">', body).authors == authors


def test_articles_that_a_page_refers_to_say_nothing_of_it() -> None:
    own = {"@type": "NewsArticle", "url": "https://bote.example/1", "headline": "Brücke da", "articleSection": "Bauen"}
    other = {
        "@type": "NewsArticle",
        "url": "https://bote.example/2",
        "headline": "Markt zieht um",
        "author": "Max Beispiel",
    }
    other |= {"datePublished": "2024-01-01T08:00:00Z", "articleBody": "Der Markt zieht um. " * 90}
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": other}]}
    for head in (
        '<link rel="canonical" href="https://bote.example/1">',
        '<meta property="og:title" content="Brücke da">',
    ):
        found = page(head, "<p>Text</p>", listed, {"@graph": [other, own]})
        assert (found.title, found.authors, found.published, found.body) == ("Brücke da", [], None, None)


@pytest.mark.parametrize(
    ("steps", "department"),
    [
        ([("Der Bote", "https://bote.example/"), ("Politik", "https://bote.example/politik")], "Politik"),
        ([("Waldauer Bote", None), ("Sport", None), ("Brücke da", None)], "Sport"),
        ([("Bote.de", "https://bote.example"), ("Brücke da – „endlich“ für alle", None)], None),
        ([("Start", None), ("Suche", None), ("Kultur", None)], "Kultur"),
    ],
)
def test_breadcrumbs_that_are_no_department(steps: list[tuple[str, str | None]], department: str | None) -> None:
    crumbs = [{"@type": "ListItem", "name": name, "item": address} for name, address in steps]
    head = '<title>Brücke da - "endlich" für alle</title><meta property="og:site_name" content="Waldauer Bote">'
    head = head if any("alle" in name for name, _ in steps) else head.replace(' - "endlich" für alle', "")
    found = page(head, "<p>Text</p>", {"@type": "BreadcrumbList", "itemListElement": crumbs}).department
    assert found == (FieldValue(department, "JSON-LD BreadcrumbList") if department else None)


@pytest.mark.parametrize(
    ("section", "department"),
    [("Wohnen,Bauen", "Wohnen"), ("Essen, Trinken", "Essen, Trinken"), ("Touren, ", "Touren"), ("Startseite", None)],
)
def test_sections_that_programs_have_joined(section: str, department: str | None) -> None:
    found = page("", "<p>Text</p>", {"@type": "Article", "headline": "Brücke da", "articleSection": section}).department
    assert found == (FieldValue(department, "JSON-LD articleSection") if department else None)


@pytest.mark.parametrize(
    ("body", "published"),
    [
        (
            '<span itemprop="datePublished" content="2024-03-12T16:40:00+01:00">12. März</span>',
            "2024-03-12T16:40:00+01:00",
        ),
        ('<time datetime="2024-03-12">12. März</time>', "2024-03-12T00:00:00+01:00"),
        ('<li class="comment"><time datetime="2024-03-14">gestern</time></li>', None),
        (
            '<aside><time datetime="2024-03-14">x</time></aside><time datetime="2024-03-12">y</time>',
            "2024-03-12T00:00:00+01:00",
        ),
        ('<div class="teaser"><time datetime="2024-03-12">12. März</time></div>', "2024-03-12T00:00:00+01:00"),
        ('<time itemprop="dateModified" datetime="2024-03-14">14. März</time>', None),
    ],
)
def test_the_time_of_publication_by_elements(body: str, published: str | None) -> None:
    found = page("", body).published
    assert (found.value if found else None) == published


@pytest.mark.parametrize(
    ("name", "content", "published"),
    [
        ("DC.Date", "12.03.2004", "2004-03-12T00:00:00+01:00"),
        ("date", "12. März 2004, 16:40 Uhr", "2004-03-12T16:40:00+01:00"),
        ("date", "3. Jänner 2012", "2012-01-03T00:00:00+01:00"),
        ("date", "2004-03-12 16:40:00 +0100", "2004-03-12T16:40:00+01:00"),
        ("date", "gestern", None),
    ],
)
def test_the_time_of_publication_by_meta_tags_as_older_pages_write_it(
    name: str, content: str, published: str | None
) -> None:
    found = page(f'<meta name="{name}" content="{content}">').published
    assert (found.value if found else None) == published


def test_what_a_whole_page_is_called_does_not_make_a_comment_of_it() -> None:
    named = '<html><body class="post comments-open"><time datetime="2024-03-12">12. März</time></body></html>'
    found = read_metadata(parse(named)).published
    assert found == FieldValue("2024-03-12T00:00:00+01:00", "time element")


def test_the_time_of_the_last_change_by_an_element() -> None:
    found = page("", '<time itemprop="dateModified" datetime="2024-03-14T08:00:00Z">14. März</time>').modified
    assert found == FieldValue("2024-03-14T08:00:00Z", "element dateModified")


def test_a_page_without_an_article_in_its_json_ld_has_its_times() -> None:
    web_page = {"@type": "WebPage", "datePublished": "2024-03-12T16:40:00Z", "dateModified": "2024-03-13T16:40:00Z"}
    found = page("", "<p>Text</p>", web_page)
    assert found.published == FieldValue("2024-03-12T16:40:00Z", "JSON-LD datePublished")
    assert found.modified == FieldValue("2024-03-13T16:40:00Z", "JSON-LD dateModified")


def test_microdata_name_the_department() -> None:
    assert page('<meta itemprop="articleSection" content="Verkehr">').department == FieldValue(
        "Verkehr", "meta articlesection"
    )
