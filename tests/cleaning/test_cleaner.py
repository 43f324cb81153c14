import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.language import detect
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from schemas.codec import encode
from schemas.records import CleanArticle, RawArticle
from tests.cleaning.pages import HEADING, KICKER, PAGE, PARAGRAPHS, TEXT, TITLE


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.fixture(scope="module")
def from_text(clean: Cleaner) -> CleanArticle:
    return clean(RawArticle(text=TEXT))


@pytest.fixture(scope="module")
def from_page(clean: Cleaner) -> CleanArticle:
    return clean(RawArticle(html=PAGE))


def test_fields_of_a_text(from_text: CleanArticle) -> None:
    assert (from_text.kicker, from_text.title, from_text.dateline) == (KICKER, TITLE, "Süderhafen")
    assert from_text.infobox == {"Name": "Ida Lorenzen", "Partei": "SPD", "Amt": "Bauministerin"}
    assert from_text.authors == ["Jonas Beispiel", "Ute Muster"]
    assert from_text.credits == ["Rubriklistenbild: © Ole Knipser/dpa"]
    assert from_text.agencies == ["dpa"]
    assert from_text.language == "de"


def test_a_text_keeps_the_article_and_nothing_else(from_text: CleanArticle) -> None:
    assert from_text.text == "\n\n".join([*PARAGRAPHS[:3], HEADING, *PARAGRAPHS[3:]])
    kinds = [block.kind for block in from_text.blocks]
    assert kinds == ["lead", "paragraph", "paragraph", "heading", "paragraph", "paragraph"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "Mit unserem Newsletter verpassen Sie keine Nachricht aus Ihrer Stadt – jetzt kostenlos anmelden!",
            "newsletter",
        ),
        ("* hafenbote.example ist ein Angebot von NORDBLATT.MEDIEN.", "legal"),
        ("Rubriklistenbild: © Ole Knipser/dpa", "credit"),
        ("Das könnte Sie auch interessieren", "related"),
        ("Fähre fällt aus: Pendler müssen warten", "related"),
        ("Meistgelesene Artikel", "teaser"),
        ("Wetter: So wird der Mai", "teaser"),
        ("Kommentare", "comments"),
    ],
)
def test_removed_lines_have_their_reason(from_text: CleanArticle, line: str, reason: str) -> None:
    assert reason in [removed.reason for removed in from_text.removed if removed.text == line]


def test_repeated_headlines_are_named_so(from_text: CleanArticle) -> None:
    reasons = [removed.reason for removed in from_text.removed if removed.text == "Wetter: So wird der Mai"]
    assert reasons == ["teaser", "repeated"]


def test_blocks_cover_the_text(from_page: CleanArticle, from_text: CleanArticle) -> None:
    for article in (from_page, from_text):
        parts = [article.text[block.begin : block.end] for block in article.blocks]
        assert "\n\n".join(parts) == article.text


def test_a_page_gives_the_same_article(from_page: CleanArticle) -> None:
    assert from_page.text == "\n\n".join([*PARAGRAPHS[:3], HEADING, *PARAGRAPHS[3:]])
    assert (from_page.kicker, from_page.title, from_page.dateline) == (KICKER, TITLE, "Süderhafen")
    assert from_page.authors == ["Jonas Beispiel", "Ute Muster"]
    assert from_page.published_at == "2024-03-12T16:40:00+01:00"
    assert "published_at" in from_page.evidence


def test_the_records_own_fields_win(clean: Cleaner) -> None:
    article = clean(
        RawArticle(html=PAGE, title="Brücke wird gebaut", published_at="2024-01-01T00:00:00Z", language="de")
    )
    assert (article.title, article.published_at) == ("Brücke wird gebaut", "2024-01-01T00:00:00Z")
    assert "published_at" not in article.evidence


def test_a_page_in_the_text_field_is_recognised(clean: Cleaner, from_page: CleanArticle) -> None:
    assert clean(RawArticle(text=PAGE)).text == from_page.text
    tagged = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[:3])
    assert clean(RawArticle(text=tagged)).text == "\n\n".join(PARAGRAPHS[:3])


def test_a_text_in_the_html_field_is_recognised(clean: Cleaner, from_text: CleanArticle) -> None:
    assert clean(RawArticle(html=TEXT)).text == from_text.text
    assert clean(RawArticle(html="Ohne Markup", text=TEXT)).text == from_text.text


def test_an_article_that_the_page_has_once_more_in_one_line_is_there_once(clean: Cleaner) -> None:
    again = " ".join(PARAGRAPHS)
    article = clean(RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS, again])))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert [removed.reason for removed in article.removed if removed.text == again] == ["repeated"]
    other = " ".join([PARAGRAPHS[0], *(" ".join(reversed(paragraph.split())) for paragraph in PARAGRAPHS[1:])])
    article = clean(RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS, other])))
    assert "repeated" not in [removed.reason for removed in article.removed]


def test_of_two_long_lines_that_tell_nearly_the_same_neither_is_the_article_once_more(clean: Cleaner) -> None:
    """Else nothing of it would be left."""
    told, less = " ".join(PARAGRAPHS), " ".join(PARAGRAPHS[:-1])
    assert told in clean(RawArticle(text="\n\n".join([TITLE, told, less]))).text


def test_three_words_that_come_again_are_repeated(clean: Cleaner) -> None:
    line = "Hafenfest wird größer"
    article = clean(RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS, line, "Wetter", line, "Wetter"])))
    assert [removed.reason for removed in article.removed if removed.text == line][1:] == ["repeated"]


def test_the_same_article_gives_the_same_bytes(clean: Cleaner, from_page: CleanArticle) -> None:
    assert encode(Cleaner(PipelineConfig())(RawArticle(html=PAGE))) == encode(from_page)


def test_explain_names_a_rule_for_every_line(clean: Cleaner) -> None:
    _, verdicts = clean.explain(RawArticle(text=TEXT))
    assert all(verdict.rule for verdict in verdicts)
    assert {verdict.verdict for verdict in verdicts} == {"keep", "field", "remove"}


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (RawArticle(text="Der Minister sagte: „Ich trete zurück.“"), "Der Minister sagte: „Ich trete zurück.“"),
        (
            RawArticle(text="Brücke gesperrt\n\nDie Brücke ist seit Montag gesperrt."),
            "Die Brücke ist seit Montag gesperrt.",
        ),
        (RawArticle(text="„Das tut weh“, sagte Hanna Tölke"), "„Das tut weh“, sagte Hanna Tölke"),
        (
            RawArticle(text="Brücke gesperrt\n\nDie Brücke ist seit Montag gesperrt, wie Hanna Tölke mitteilte"),
            "Die Brücke ist seit Montag gesperrt, wie Hanna Tölke mitteilte",
        ),
        (
            RawArticle(html="<h1>Brücke zu</h1><p>Die Brücke ist gesperrt, sagte Muster.</p>"),
            "Die Brücke ist gesperrt, sagte Muster.",
        ),
    ],
)
def test_short_items_are_articles(clean: Cleaner, article: RawArticle, text: str) -> None:
    assert clean(article).text == text


ENGLISH = (
    "The minister said on Monday that the bridge would be rebuilt within four years. Residents have announced that "
    "they "
    "will go to court if the city allows work at night. The mayor was relieved and thanked the state for its help.\n"
) * 3


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        (RawArticle(text=""), "empty"),
        (RawArticle(text=" \n\t\n"), "empty"),
        (RawArticle(html="<html><body></body></html>"), "empty"),
        (RawArticle(text="Menü\nStartseite\nImpressum"), "empty"),
        (RawArticle(text="Politik Wirtschaft Sport Kultur"), "empty"),
        (RawArticle(text=ENGLISH), "unsupported-language"),
        (RawArticle(text=TEXT, language="fr"), "unsupported-language"),
        (RawArticle(text=TEXT, language="den"), "unsupported-language"),
        (RawArticle(text="ä" * 3_000_000), "too-large"),
        (RawArticle(text="Zeile\n" * 20_001), "too-large"),
    ],
)
def test_refusals(clean: Cleaner, article: RawArticle, reason: str) -> None:
    with pytest.raises(Rejected) as refused:
        clean(article)
    assert refused.value.reason == reason
    assert "\n" not in refused.value.detail


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ('<script id="__NEXT_DATA__" type="application/json">{}</script>', "(__NEXT_DATA__)"),
        ("<script>window.__NUXT__={}</script>", "(__NUXT__)"),
        ("<script>window.__APOLLO_STATE__ = {}</script>", "(__APOLLO_STATE__)"),
        ("<script>let text = {}</script>", None),
    ],
)
def test_a_page_that_a_script_makes_in_the_browser_is_refused_as_such(
    clean: Cleaner, script: str, named: str | None
) -> None:
    made = script.replace("{}", '{"body": "' + " ".join(PARAGRAPHS) + '"}')
    menu = '<nav><a href="/">Startseite</a></nav><div id="app"></div>'
    with pytest.raises(Rejected) as refused:
        clean(RawArticle(html=f"<html><head><title>{TITLE}</title></head><body>{menu}{made}</body></html>"))
    assert refused.value.reason == "empty"
    assert (named or "left after cleaning") in refused.value.detail
    assert refused.value.detail.endswith("send the page as a browser shows it") == (named is not None)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    assert clean(RawArticle(html=f"<html><body>{menu}{text}{made}</body></html>")).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("language", ["de", "DE", "de-AT", "de_CH", "deu", "ger", "ger-AT"])
def test_german_by_any_code(clean: Cleaner, language: str) -> None:
    assert clean(RawArticle(text=TEXT, language=language)).language == "de"


def test_a_foreign_beginning_does_not_make_an_article_foreign() -> None:
    german = "\n\n".join(PARAGRAPHS)
    assert detect(f"{ENGLISH}\n\n{german}", ["de"]) == "de"
    assert detect(f"{ENGLISH}\n\n{german}", ["en"]) == "en"
    assert detect(f"{PARAGRAPHS[0]}\n\n{ENGLISH * 8}", ["fr"]) == "en"


INTERVIEW = """INTERVIEW

"Wir bauen am Bedarf vorbei"

Die Architektin Leonie Sparr über Leerstand, teure Keller und die Frage, warum kleine Städte umdenken müssen.

Frau Sparr, Sie sagen, das Land habe genug Wohnungen. Wie kommen Sie darauf?

Leonie Sparr: Weil wir fast zwei Millionen leerstehende Wohnungen haben. Nur stehen sie am falschen Ort.

Was müsste geschehen?

Sparr: Wir müssten aufhören, am Stadtrand neue Häuser zu bauen. Das ist der teuerste Grund, den es gibt.

Bauminister Jan Ohlsen sieht das anders. Er fordert 400.000 neue Wohnungen im Jahr.

Sparr: Der Minister rechnet mit Zahlen von gestern."""


def test_short_answers_of_an_interview_stay(clean: Cleaner) -> None:
    article = clean(RawArticle(text=INTERVIEW))
    assert article.text.endswith("Sparr: Der Minister rechnet mit Zahlen von gestern.")
    assert article.title == '"Wir bauen am Bedarf vorbei"'


def test_a_headline_may_end_in_quoted_words(clean: Cleaner) -> None:
    title = "Süderhafen verliert das Hafenderby – Trainer Ole Harms: „Wir haben uns ganz allein selbst geschlagen“"
    article = clean(RawArticle(text="\n".join([title, "Von Ute Muster", "", *PARAGRAPHS])))
    assert (article.title, article.authors, article.dateline) == (title, ["Ute Muster"], "Süderhafen")


def test_a_question_under_a_headline_is_no_headline(clean: Cleaner) -> None:
    lead = "Wie geht es weiter mit dem alten Hafen, der seit Jahren leer steht und verfällt?"
    article = clean(RawArticle(text="\n".join(["Streit um den Hafen", lead, *PARAGRAPHS])))
    assert article.title == "Streit um den Hafen"
    assert lead in article.text


@pytest.mark.parametrize(
    "end", ["Viele Betriebe schließen.“", "Die Kassen sind leer.\n\nDas hilft keinem“, sagte sie."]
)
def test_a_quote_that_begins_in_the_text_stays_to_its_end(clean: Cleaner, end: str) -> None:
    opening = f"{PARAGRAPHS[3]} „Wir stehen mit dem Rücken zur Wand."
    text = clean(RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS[:3], opening, end]))).text
    assert text.endswith(f"{opening}\n\n{end}")
