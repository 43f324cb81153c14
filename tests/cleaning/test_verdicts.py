"""What becomes of lines that the classifier is more or less sure of."""

from collections.abc import Sequence

import pytest

from pipeline.cleaning import Cleaner, verdicts
from pipeline.cleaning.classifier import Classifiers
from pipeline.cleaning.parsing import ParsedArticle
from pipeline.cleaning.quoted_lines import keep_quoted
from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, RawArticle
from tests.cleaning.kept_lines import kept_by
from tests.cleaning.pages import PARAGRAPHS, TITLE

GREETING = "Bis bald, eure Redaktion vom Hafen"
HEADING = "Aus der Region"
COMMENT = "Das wurde auch Zeit, denn die alte Brücke war doch schon seit vielen Jahren nicht mehr sicher."


def cleaned(article: RawArticle, odds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> CleanArticle:
    """An article of which the classifier finds other lines sure, and these as probable as told."""

    def judged(article: ParsedArticle, chosen: Sequence[int], _: Classifiers) -> dict[int, float]:
        return {n: odds.get(article.lines[n].text, 0.95) for n in chosen if article.lines[n].open}

    monkeypatch.setattr(verdicts, "probabilities", judged)
    return Cleaner(PipelineConfig())(article)


def kept(article: RawArticle, odds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The blocks of it."""
    clean = cleaned(article, odds, monkeypatch)
    return [clean.text[block.begin : block.end] for block in clean.blocks]


def page(last: str) -> RawArticle:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return RawArticle(html=f"<html><body><h1>{TITLE}</h1>{body}{last}</body></html>")


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        (f"<p>{GREETING}</p>", True),
        ("<ul><li>Mehl, Zucker und zwei Eier</li></ul>", True),
        (f"<h3>{HEADING}</h3>", False),
        (f"<h2>{HEADING}</h2><p>Fähre fällt aus</p>", False),
    ],
)
def test_the_last_line_of_a_page_goes_if_it_is_marked_as_a_heading(
    last: str, stays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = kept(page(last), {"Fähre fällt aus": 0.1}, monkeypatch)
    assert len(blocks) == len(PARAGRAPHS) + stays


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("«Pro Kurs sind nur drei Personen mitgefahren»", "paragraph"),
        ("„Die Brücke bleibt zu”", "paragraph"),
        ("Abgestimmt wird im Herbst. (sda/red)", "paragraph"),
        ("Was im Herbst kommt (und was nicht)", "heading"),
        ("Kommt die Brücke?", "heading"),
    ],
)
def test_short_lines_that_end_as_paragraphs_do_are_no_headings(
    text: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [PARAGRAPHS[1], text, *PARAGRAPHS[2:]]
    html = f"<html><body>{''.join(f'<p>{part}</p>' for part in texts)}</body></html>"
    assert cleaned(RawArticle(html=html), {}, monkeypatch).blocks[1].kind == kind


def test_the_last_line_of_a_text_goes_if_it_looks_like_a_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join([TITLE, *PARAGRAPHS, HEADING])
    assert kept(RawArticle(text=text), {}, monkeypatch) == PARAGRAPHS
    text = "\n\n".join([TITLE, PARAGRAPHS[1], HEADING])
    assert kept(RawArticle(text=text), {}, monkeypatch) == PARAGRAPHS[1:2]


@pytest.mark.parametrize("probability", [0.35, 0.45])
def test_a_doubtful_paragraph_stays_in_text_and_goes_from_a_page(
    probability: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RawArticle(text="\n\n".join([TITLE, *PARAGRAPHS]))
    assert PARAGRAPHS[3] in kept(text, {PARAGRAPHS[3]: probability}, monkeypatch)
    assert PARAGRAPHS[3] not in kept(page(""), {PARAGRAPHS[3]: probability}, monkeypatch)


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("Die Brücke in Süderhafen ist seit Montag gesperrt.", "lead"),
        ("Die Brücke in Süderhafen ist wieder gesperrt.", "paragraph"),
        (f"Die Brücke ist {'sehr ' * 56}lang.", "lead"),
        (f"Die Brücke ist {'sehr ' * 57}lang.", "paragraph"),
    ],
    ids=["a sentence", "a shout", "long", "too long"],
)
def test_a_first_paragraph_of_some_length_is_the_lead(first: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    article = cleaned(RawArticle(text="\n\n".join([TITLE, first, *PARAGRAPHS])), {}, monkeypatch)
    assert article.blocks[0].kind == kind


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        (["Die Brücke im Nebel", "Foto: Ole Knipser/dpa", *PARAGRAPHS], "Die Brücke im Nebel", "credit"),
        (["Die Brücke im Nebel", *PARAGRAPHS], "Die Brücke im Nebel", "navigation"),
        (["Die alte Brücke im Nebel", *PARAGRAPHS], "Die alte Brücke im Nebel", "teaser"),
        ([*PARAGRAPHS[:2], "Die Brücke im Nebel", *PARAGRAPHS[2:]], "Die Brücke im Nebel", "related"),
        ([*PARAGRAPHS[:2], "Kommentare", "Das wurde Zeit", *PARAGRAPHS[2:]], "Das wurde Zeit", "comments"),
        ([*PARAGRAPHS, "Kommentare", COMMENT], COMMENT, "comments"),
        ([*PARAGRAPHS, "Mehr zum Thema", "Die Brücke im Nebel"], "Die Brücke im Nebel", "related"),
        ([*PARAGRAPHS, "Die Brücke im Nebel"], "Die Brücke im Nebel", "navigation"),
        ([*PARAGRAPHS, "Die alte Brücke im Nebel"], "Die alte Brücke im Nebel", "teaser"),
        ([*PARAGRAPHS, "Podcast: Die alte Brücke im Nebel"], "Podcast: Die alte Brücke im Nebel", "teaser"),
    ],
)
def test_what_the_classifier_removes_has_the_reason_of_its_place(
    lines: list[str], line: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odds = dict.fromkeys(set(lines) - {*PARAGRAPHS, COMMENT}, 0.05)
    article = cleaned(RawArticle(text="\n\n".join([TITLE, *lines])), odds, monkeypatch)
    assert [removed.reason for removed in article.removed if removed.text == line] == [reason]


@pytest.mark.parametrize(("odds", "stays"), [((0.1, 0.1, 0.9), 1), ((0.9, 0.1, 0.9), 3)])
def test_the_items_of_a_numbering_stay_if_half_of_them_do(
    odds: Sequence[float], stays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = ["Brücke im Nebel", "Fähre im Eis", "Deich im Bau"]
    listed = "".join(f"<p>{number}. {item}</p>" for number, item in enumerate(items, start=1))
    blocks = kept(page(listed), dict(zip(items, odds, strict=True)), monkeypatch)
    assert len(blocks) == len(PARAGRAPHS) + stays


@pytest.mark.parametrize(
    ("texts", "stays"),
    [
        (("„Wir bauen die Brücke.", "[Das hilft allen“, sagte sie.]"), 2),
        (("„Wir bauen die Brücke.", "[Das hilft allen.]", "[Und der Stadt“, sagte sie.]"), 3),
        (("„Wir bauen die Brücke.", "[Das hilft allen.]", "Und der Stadt“, sagte sie."), 3),
        (("„Wir bauen die Brücke“, sagte sie.", "[Das hilft allen, sagte sie.]"), 1),
        (("[„Wir bauen die Brücke.]", "[Das hilft allen“, sagte sie.]"), 0),
    ],
)
def test_what_a_quote_ends_in_stays_with_its_beginning(texts: tuple[str, ...], stays: int) -> None:
    assert kept_by(keep_quoted, texts) == [text.strip("[]") for text in texts][:stays]


@pytest.mark.parametrize("behind", ["1", " [12]", " #Süderhafen #Brücke", " 🎉"])
def test_a_sentence_with_a_note_or_hashtags_behind_it_is_no_heading(
    behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"„Das hatten wir noch nie“, sagt Ida Lorenzen.{behind}"
    text = "\n\n".join([TITLE, *PARAGRAPHS, said])
    clean = cleaned(RawArticle(text=text, language="de"), {}, monkeypatch)
    assert [(clean.text[block.begin : block.end], block.kind) for block in clean.blocks][-1] == (said, "paragraph")


@pytest.mark.parametrize("count", ["88 Ansichten", "1.311 Aufrufe", "Zugriffe: 311"])
def test_how_many_have_read_an_article_is_no_text(count: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = cleaned(page(f"<div>{count}</div><p>Mehr dazu am Montag.</p>"), {}, monkeypatch)
    assert [line.reason for line in clean.removed if line.text == count] == ["share"]


@pytest.mark.parametrize("whose", ["<cite>Bürgermeister Knut Petersen</cite>", "<footer>Rat der Stadt</footer>"])
def test_whose_a_quotation_is_that_is_set_apart_is_a_part_of_it(whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quote = f"<blockquote><p>Kein Dorf ohne Laden</p>{whose}</blockquote><p>Mehr dazu am Montag.</p>"
    clean = cleaned(page(quote), {}, monkeypatch)
    assert [block.kind for block in clean.blocks][-3:] == ["quote", "quote", "paragraph"]


@pytest.mark.parametrize(
    ("last", "stays"),
    [
        ("Alle Rechte vorbehalten hat sich die Stadt Waldau für die Lieder des Wettbewerbs, wie sie mitteilt.", True),
        ("Alle Rechte vorbehalten wollen sich auch die Verlage, deren Bücher der Rat im Herbst ausstellt.", True),
        ("Alle Rechte vorbehalten. Nachdruck, auch in Auszügen, ist nur mit Genehmigung des Verlages erlaubt.", False),
        ("Alle Rechte vorbehalten durch den Verlag, der Nachdruck ist nur mit dessen Genehmigung erlaubt.", False),
        ("Alle Rechte vorbehalten", False),
    ],
)
@pytest.mark.parametrize("form", ["<p>{}</p>", "<p>{}<br><br>Der Wettbewerb beginnt im Mai.</p>"])
def test_a_sentence_about_reserved_rights_is_no_notice(
    last: str, form: str, stays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (last in kept(page(form.format(last)), {}, monkeypatch)) == stays
