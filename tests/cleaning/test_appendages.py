"""What stands around an article as if it were of it. All is invented."""

import re

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


def page(below: str, *, above: str = "", middle: str = "") -> RawArticle:
    texts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    body = f"{above}<h1>{TITLE}</h1>{''.join(texts[:2])}{middle}{''.join(texts[2:])}{below}"
    return RawArticle(html=f"<html><head><title>{TITLE}</title></head><body><main>{body}</main></body></html>")


def reasons(article: CleanArticle) -> dict[str, str]:
    return {line.text: line.reason for line in article.removed}


@pytest.mark.parametrize(
    "contact",
    [
        "<h2>Pressekontakt</h2><p>Nele Frank<br>Pressesprecherin<br>Tel.: 0321 555-100<br>presse@amt.example</p>",
        "<p>Pressekontakt:</p><p>Nele Frank</p><p>Telefon: 0321 555100</p><p>www.amt.example</p>",
        "<p>Rückfragen bitte an:</p><p>Amt für Brücken<br>Pressestelle<br>Telefon: 0321 111</p>",
        "<h3>Kontakt für Rückfragen</h3><p>Prof. Dr. Ines Marquardt<br>ines.marquardt@uni.example</p>",
        "<p>Für Rückfragen: Nele Frank, Tel. 0321 / 555100</p>",
        "<p>Pressekontakt: Nele Frank, presse@amt.example</p>",
        "<div><h3>Pressesprecherin</h3><p>Nele Frank<br>Tel.: 0321 555-100<br>presse@amt.example</p></div>",
        "<h3>Pressestelle</h3><p>Nele Frank</p><p>Telefon: 0321 555-100</p>",
        "<p><b>Wissenschaftliche Ansprechpartnerin:</b></p><p>Prof. Dr. Ines Frank, ines.frank@uni.example</p>",
        "<p>Original-Content von: Amt für Brücken, übermittelt durch news aktuell</p>",
    ],
)
def test_whom_to_ask_is_no_text(clean: Cleaner, contact: str) -> None:
    assert clean(page(contact)).text == "\n\n".join(PARAGRAPHS)


def test_a_heading_about_contacts_stays_over_text(clean: Cleaner) -> None:
    below = "Wer im Dorf lebt, kennt fast jeden. Das sei auf dem Amt nicht anders, sagte Petersen am Montag."
    assert "Ansprechpartner\n\nWer im Dorf" in clean(page(f"<h2>Ansprechpartner</h2><p>{below}</p>")).text


def test_the_notice_of_a_paywall_is_no_text(clean: Cleaner) -> None:
    notice = "Dieser Artikel ist exklusiv für Abonnenten. Testen Sie Bote Plus einen Monat für 0,99 Euro."
    article = clean(page(f"<div><h3>Jetzt weiterlesen mit Bote Plus</h3><p>{notice}</p></div>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert reasons(article)[notice] == "advert"
    assert article.access == "teaser"


@pytest.mark.parametrize(
    "notice",
    [
        "<p>Dieser Artikel ist exklusiv für Plus-Mitglieder.</p><ul><li>Zugriff auf alle Artikel</li></ul>",
        "<p>Lesen Sie den ganzen Artikel mit dem Digital-Abo.</p><p>Schon registriert? Hier anmelden</p>",
        "<p>Jetzt registrieren und kostenlos weiterlesen</p>",
        "<h2>Sie möchten weiterlesen?</h2><p>Wählen Sie jetzt Ihr Abonnement aus.</p>",
        "<p>Dieser Inhalt ist für Abonnentinnen und Abonnenten reserviert.</p><p>Abo lösen ab CHF 9.90</p>",
        "<h3>Artikel gratis lesen</h3><p>Um weiterzulesen, registrieren Sie sich bitte kostenlos.</p>",
        "<p>Noch 612 Wörter</p><p>Jetzt Testzugang sichern</p>",
    ],
)
def test_what_is_offered_under_a_teaser_is_no_text(clean: Cleaner, notice: str) -> None:
    body = f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[2]}</p><div>{notice}</div>"
    html = f"<html><head><title>{TITLE}</title></head><body><article>{body}</article></body></html>"
    article = clean(RawArticle(html=html))
    assert article.text == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[2]}"
    assert article.access == "teaser"


def test_a_short_last_line_without_a_notice_is_text(clean: Cleaner) -> None:
    assert clean(page("<p>Abonnenten hat die Zeitung immer weniger, sagt er.</p>")).access == "unknown"


def test_a_request_for_consent_in_the_midst_is_no_text(clean: Cleaner) -> None:
    asks = "Wir und unsere 182 Partner speichern Informationen auf einem Gerät, um personalisierte Anzeigen zu zeigen."
    middle = f"<div><h2>Ihre Daten</h2><p>{asks}</p><button>Alle akzeptieren</button></div>"
    article = clean(page("", middle=middle))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert (reasons(article)[asks], reasons(article)["Ihre Daten"]) == ("legal", "legal")


def test_what_partners_do_is_text(clean: Cleaner) -> None:
    said = "„Wir und unsere Partner im Land wollen die Brücke noch in diesem Jahr bauen“, sagte Petersen."
    assert said in clean(page(f"<p>{said}</p>")).text


def test_the_heading_of_a_newsletter_goes_with_it(clean: Cleaner) -> None:
    offer = "Mit unserem Newsletter wissen Sie, was heute wichtig wird. Kostenlos und jederzeit kündbar."
    article = clean(page("", middle=f'<div class="nl-box"><h3>Der Tag in Waldau</h3><p>{offer}</p></div>'))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert reasons(article)["Der Tag in Waldau"] == "newsletter"


def test_the_heading_of_a_fact_box_goes_with_it(clean: Cleaner) -> None:
    box = "<div><h4>Zur Person</h4><p>Name: Ida Lorenzen</p><p>Partei: SPD</p><p>Amt: Ministerin</p></div>"
    article = clean(page("", middle=box))
    assert (article.text, article.infobox["Partei"]) == ("\n\n".join(PARAGRAPHS), "SPD")


def test_the_sender_over_the_headline_is_no_text(clean: Cleaner) -> None:
    article = clean(page("", above="<p>06.05.2024 – 09:00</p><p>Polizeiinspektion Waldau Nord an der Lohra</p>"))
    assert article.text == "\n\n".join(PARAGRAPHS)


def test_a_placeholder_with_the_name_of_an_account_is_no_quote(clean: Cleaner) -> None:
    post = '<blockquote class="instagram-media"><p>Ein Beitrag geteilt von Naturpark (@hohelohe)</p></blockquote>'
    article = clean(page("", middle=post))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert reasons(article)["Ein Beitrag geteilt von Naturpark (@hohelohe)"] == "embed"


def test_comments_below_a_short_article_are_no_text(clean: Cleaner) -> None:
    comment = "Das ist doch wieder typisch, auf dem Land wird alles dichtgemacht und in der Stadt gebaut."
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[1:3])
    html = f"<html><body><h1>{TITLE}</h1>{body}<h3>Kommentare</h3><p>Max schrieb:</p><p>{comment}</p></body></html>"
    assert clean(RawArticle(html=html)).text == "\n\n".join(PARAGRAPHS[1:3])


@pytest.mark.parametrize("heading", [f"5 Gedanken zu „{TITLE}“", f"Ein Kommentar zu “{TITLE}”"])
def test_comments_below_a_heading_that_quotes_the_headline_are_no_text(clean: Cleaner, heading: str) -> None:
    comments = [
        "Ich bin so froh, dass das endlich jemand aufschreibt, denn auf der Fähre stehen wir jeden Morgen im Regen.",
        "Meine Mutter ist 82 und kommt ohne die Brücke nicht mehr zum Arzt, und das seit zwei Jahren. Wer hilft ihr?",
        "Danke für den Bericht! Am Sonnabend treffen wir uns wieder am Anleger, bringt eure Nachbarn und Plakate mit.",
    ]
    article = clean(RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS, heading, *comments]), language="de"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert {reasons(article)[text] for text in (heading, *comments)} == {"comments"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('Der Beitrag <a href="x">Neubau der Brücke</a> erschien zuerst auf <a href="y">Hafenbote</a>.', "legal"),
        ("The post Neubau der Brücke appeared first on Hafenbote.", "legal"),
        ("Seite 1 von 3", "navigation"),
    ],
)
def test_marks_of_feeds_and_pages_are_no_text(clean: Cleaner, line: str, reason: str) -> None:
    article = clean(page(f"<p>{line}</p>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert reasons(article) == {re.sub("<.*?>", "", line): reason}


@pytest.mark.parametrize("notice", ["Alle Rechte vorbehalten. Nachdruck nur mit Genehmigung.", "dpa-infocom GmbH"])
def test_the_notice_of_rights_below_a_text_is_no_text(clean: Cleaner, notice: str) -> None:
    printed = "<br><br>".join((*PARAGRAPHS, notice))
    table = f"<html><head><title>{TITLE}</title></head><body><table><tr><td>{printed}</td></tr></table></body></html>"
    for raw in (page(f"<p>{notice}</p>"), RawArticle(html=table)):
        article = clean(raw)
        assert article.text == "\n\n".join(PARAGRAPHS)
        assert reasons(article)[notice] == "legal"


def test_a_teaser_that_is_a_whole_sentence_is_no_text(clean: Cleaner) -> None:
    teaser = "Lesen Sie auch: Warum Brücken rosten – eine Forscherin erklärt, was in den Seilen des Hafens vorgeht."
    paragraphs = "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS[:3], teaser, *PARAGRAPHS[3:]))
    article = clean(RawArticle(html=f"<html><body><h1>{TITLE}</h1>{paragraphs}</body></html>"))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert reasons(article)[teaser] == "related"


def test_what_a_wall_of_consent_says_of_its_button_is_no_text(clean: Cleaner) -> None:
    wall = (
        "Mit Klick auf „Alle akzeptieren“ stimmen Sie zu. Sie können Ihre Auswahl jederzeit in den Einstellungen "
        "ändern. Alternativ können Sie unser Angebot ohne Werbung für 2,99 Euro im Monat lesen."
    )
    article = clean(RawArticle(text="\n\n".join([wall, TITLE, *PARAGRAPHS])))
    assert (article.title, article.text) == (TITLE, "\n\n".join(PARAGRAPHS))
    assert reasons(article)[wall] == "legal"


def test_the_head_of_a_mail_is_no_headline(clean: Cleaner) -> None:
    head = "Wird diese E-Mail nicht richtig dargestellt? Im Browser ansehen"
    article = clean(RawArticle(text="\n\n".join([head, TITLE, *PARAGRAPHS])))
    assert (article.title, reasons(article)[head]) == (TITLE, "newsletter")


def test_the_minutes_of_a_match_are_all_kept(clean: Cleaner) -> None:
    minutes = ["90.+3'", "87'", "66'", "23'", "9'"]
    body = "".join(
        f"<div><span>{m}</span><h3>Tor</h3><p>{p}</p></div>" for m, p in zip(minutes, PARAGRAPHS, strict=True)
    )
    article = clean(RawArticle(html=f"<html><body><h1>Liveticker: {TITLE}</h1>{body}</body></html>"))
    assert [line for line in article.text.split("\n\n") if line.endswith("'")] == minutes


@pytest.mark.parametrize("tag", ["h3", "p"])
def test_the_days_of_a_chronicle_are_headings(clean: Cleaner, tag: str) -> None:
    texts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    days = (f"<{tag}>3. Februar 1974</{tag}>", f"<{tag}>4. Februar 1974</{tag}>")
    body = f"<h1>{TITLE}</h1>{texts[0]}{days[0]}{texts[1]}{days[1]}{texts[2]}{texts[3]}"
    article = clean(RawArticle(html=f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>"))
    headings = [article.text[block.begin : block.end] for block in article.blocks if block.kind == "heading"]
    assert headings == (["3. Februar 1974", "4. Februar 1974"] if tag == "h3" else [])
    assert article.published_at is None


def test_the_headline_in_other_words_is_no_text(clean: Cleaner) -> None:
    head = '<head><meta property="og:title" content="Hafenbrücke: Land zahlt bei Neubau mit"></head>'
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    for headline, text in (
        ("Neubau der Hafenbrücke: Land zahlt mit", PARAGRAPHS[0]),
        ("Ein neuer Anfang", "Ein neuer Anfang"),
    ):
        article = clean(
            RawArticle(html=f"<html>{head}<body><article><h1>{headline}</h1>{body}</article></body></html>")
        )
        assert article.text.startswith((text, PARAGRAPHS[0]))
        assert article.title == "Hafenbrücke: Land zahlt bei Neubau mit"


def test_a_line_that_is_an_author_s_name_is_no_heading(clean: Cleaner) -> None:
    linked = '{"@type": "NewsArticle", "headline": "x", "author": {"@type": "Person", "name": "Ida Muster"}}'
    body = f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><div>Ida Muster</div>" + "".join(
        f"<p>{p}</p>" for p in PARAGRAPHS[1:]
    )
    html = f'<html><head><script type="application/ld+json">{linked}</script></head><body>{body}</body></html>'
    article = clean(RawArticle(html=html))
    assert "Ida Muster" not in article.text
    assert article.authors == ["Ida Muster"]
