"""What a site offers among the paragraphs of an article. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.lines import Line
from pipeline.cleaning.promotions import remove_promotions
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE

PLAIN = "<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
PORTAL = (
    '<html><head><title>{title}</title></head><body><article class="id-Article"><h1 class="id-Story-headline">{title}'
    '</h1><div class="id-Story-body">{body}</div></article></body></html>'
)


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize("template", [PLAIN, PORTAL])
@pytest.mark.parametrize(
    ("offer", "reason"),
    [
        (
            "Unser Hafen-Newsletter informiert Sie regelmäßig über alles aus der Region. Melden Sie sich hier an.",
            "newsletter",
        ),
        (
            "„Gut im Bild“: Der Newsletter informiert Sie montags bis freitags über das Wichtigste vom Tag, kompakt "
            "und in Ihrem privaten Postfach. Hier geht’s zur Anmeldung!",
            "newsletter",
        ),
        ("In unserem Newsletter steht jeden Freitag mehr. Hier können Sie sich kostenlos anmelden.", "newsletter"),
        ("Abonniere jetzt unseren WhatsApp-Kanal und verpasse keine Nachricht aus dem Hafen mehr.", "share"),
        ("Noch mehr aktuelle Nachrichten aus dem Landkreis finden Sie auf bote.example/hafen.", "related"),
        ("Mehr Artikel aus dieser Rubrik gibt's hier: Hafen", "related"),
        ("Weitere Berichte über den Hafen gibt es auf bote.example.", "related"),
        ("Das Wichtigste aus dem Hafen: unser Newsletter kommt jeden Morgen direkt ins Postfach.", "newsletter"),
        ("Der Newsletter für alle am Hafen, jeden Freitag neu: Jetzt kostenlos abonnieren!", "newsletter"),
        ("Teilen Sie diesen Text, und abonnieren Sie unseren Newsletter: Er heißt „Gut im Bild“.", "newsletter"),
        ("Unser Newsletter verrät, was der Hafen Neues hat, und informiert Sie. Melden Sie sich an!", "newsletter"),
        ("Bitte aktivieren Sie JavaScript, um diesen Inhalt zu sehen.", "legal"),
        ("Bote.example braucht dafür ein Skript. Ihr Browser oder Adblocker verhindert dies momentan.", "legal"),
    ],
)
def test_what_a_site_offers_is_no_text(clean: Cleaner, template: str, offer: str, reason: str) -> None:
    body = "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS[:3], f"<i>{offer}</i>", *PARAGRAPHS[3:]))
    article = clean(RawArticle(html=template.format(title=TITLE, body=body)))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert {line.text: line.reason for line in article.removed}[offer] == reason


@pytest.mark.parametrize(
    "text",
    [
        "„Abonnieren Sie den Newsletter der Stadt“, sagte Petersen, „dort steht, wann die Fähre fährt.“",
        "Wer den Newsletter der Stadt abbestellt, erfährt nach ihren Angaben nichts mehr von den Sperrungen.",
        "Per Whatsapp-Nachricht melden sie sich als Tochter oder Sohn und bitten um Geld.",
        "In Telegram-Gruppen folgen sie den Aufrufen, ohne zu wissen, von wem diese stammen.",
        "„Folgen Sie uns auf unserem Whatsapp-Kanal“ stand auf den Plakaten am Hafen.",
        "Eltern können den Newsletter der Schule jetzt abonnieren. Beschlossen hat das der Rat.",
        "Die Stadt schickt ihren Newsletter allen Haushalten mit Anschluss direkt ins Postfach.",
        "Weitere Berichte über Schäden gibt es aus dem Süden des Landes.",
        "Alle Texte der Ausstellung gibt es auch in Leichter Sprache.",
        "Viele Anwohner wissen nicht, dass ihr Browser verhindert, was die Stadt zeigen will.",
        "Laut der Ministerin gibt es mehr Nachrichten von der Baustelle, als sie lesen kann.",
        "Die Lücke betrifft alle, deren Browser Javascript ausführt, teilte die Stadt mit.",
        "Die Sprecher der Eltern forderten: Melden Sie sich nicht für diesen Newsletter an.",
        "Im Rathaus, hieß es, stehe an jeder Tür: Abonnieren Sie den Newsletter der Stadt.",
    ],
)
def test_what_is_reported_of_newsletters_and_browsers_stays(text: str) -> None:
    line = Line(text)
    line.keep("paragraph", "test")
    remove_promotions([line])
    assert line.kind == "paragraph"
