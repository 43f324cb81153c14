from collections.abc import Sequence

import pytest

from pipeline.cleaning import Cleaner
from pipeline.cleaning.interviews import mark_turns
from pipeline.cleaning.kept_turns import keep_turns
from pipeline.cleaning.lines import Line
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.kept_lines import kept_by


def kept(texts: Sequence[str]) -> list[str]:
    return kept_by(keep_turns, texts)


LABELLED = ("Seeblatt: Frau Rickmers, warum wächst so wenig Seegras?", "Rickmers: Am Wasser liegt es, das ist zu trüb.")
DEBATE = (
    "Frau Rickmers, Herr Ohlsen, kommt das Seegras zurück?",
    "RICKMERS: Ja, und zwar schneller, als alle denken.",
    "OHLSEN: Ich halte das für falsch, solange hier gebaggert wird.",
)
CALLING = (
    "Frau Rickmers, wie geht es dem Seegras?",
    "Besser, als ich dachte.",
    "Woran liegt das?",
    "Am Wasser, glaube ich.",
    "Was sagen die Fischer zu Ihren Plänen?",
    "Mich haben sie zuerst ausgelacht.",
)


@pytest.mark.parametrize(
    "texts",
    [
        (*LABELLED, "[Seeblatt: Wer ist schuld?]", "[Rickmers: Alle.]"),
        (*DEBATE, "[Warum?]", "OHLSEN: Weil die Bagger alles trüben.", "[RICKMERS: Das sehe ich anders.]"),
        (*CALLING, "Und wie geht es weiter?", "[Im Herbst pflanze ich wieder.]"),
        (*CALLING[:4], CALLING[4], "[Sie lachen.]", "Und wie geht es weiter?", CALLING[5]),
        (
            *(f"Seeblatt: {text}" if "?" in text else text for text in CALLING),
            "Seeblatt: Und nun?",
            "[Nichts.]",
            "Seeblatt: Danke.",
        ),
        ("[Die Biologin Antje Rickmers über trübes Wasser]", "Sie kommt mit dem Boot.", *CALLING),
        ("[Antje Rickmers und Jan Ohlsen streiten]", *DEBATE, "Warum?", "OHLSEN: Wegen der Bagger.", "RICKMERS: Nein."),
    ],
)
def test_what_belongs_to_an_interview_stays(texts: Sequence[str]) -> None:
    assert kept(texts) == [text.strip("[]") for text in texts]


@pytest.mark.parametrize(
    "texts",
    [
        (
            "Wetter: Der Mai wird warm.",
            "Es regnet nicht.",
            "[Wetter: Der Juni wird kalt.]",
            "[Wetter: Wann regnet es?]",
        ),
        ("Was ist Seegras?", "Eine Pflanze.", "Wo wächst es?", "[Im Meer.]"),
        (*LABELLED, "Seeblatt: Danke.", "Rickmers: Gern.", "Hat es Ihnen gefallen?", "[Schreiben Sie es uns.]"),
        ("[Der Fischer Jan Ohlsen über leere Netze]", "Die Biologin Antje Rickmers war da.", *CALLING),
        ("[Wer ist schuld?]", *CALLING),
        (*CALLING[:3], "[Unsere Autorin war am Meer.]", *CALLING[3:]),
        ("[Neu im Blatt: Biologin Antje Rickmers]", "Die Biologin Antje Rickmers forscht.", *CALLING),
    ],
    ids=[
        "teasers",
        "explainer",
        "below a labelled interview",
        "somebody else",
        "a question above it",
        "between a question and its answer",
        "named elsewhere",
    ],
)
def test_what_does_not_belong_to_it_goes(texts: Sequence[str]) -> None:
    assert kept(texts) == [text for text in texts if not text.startswith("[")]


def test_three_questions_to_somebody_who_is_called_are_an_interview() -> None:
    answers = ("Besser als vor zehn Jahren.", "Das Wasser ist klarer.", "Die Fischer warten ab.")
    lines = [Line(text) for pair in zip(CALLING[::2], answers, strict=True) for text in pair]
    for line in lines:
        line.keep("paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines] == ["question", "answer"] * 3


def test_the_first_question_needs_no_label() -> None:
    lines = [Line(text) for text in (CALLING[0], CALLING[1], *LABELLED, "Seeblatt: Wer ist schuld?", "Rickmers: Alle.")]
    for line in lines:
        line.keep("paragraph", "test")
    mark_turns(lines)
    assert [line.kind for line in lines] == ["question", "answer"] * 3


HEADLINE = "„Das Seegras kommt zurück“"
WHO = "Die Biologin Antje Rickmers über trübes Wasser, Bagger und verlorene Jahre"
TURNS = (
    *LABELLED,
    "Seeblatt: Wer ist schuld?",
    "Rickmers: Alle.",
    "Seeblatt: Auch die Fischer?",
    "Rickmers: Nein, die nicht. Aber alle, die seit 1994 hier gebaggert haben.",
)


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        ((HEADLINE, "Interview mit der Biologin Antje Rickmers", *TURNS), HEADLINE),
        ((HEADLINE, WHO, "Von Jan Ohlsen", *CALLING[:2], *TURNS), HEADLINE),
        ((HEADLINE, WHO, "Von Jan Ohlsen", *CALLING), HEADLINE),
        ((f"Rickmers: {HEADLINE}", WHO, *TURNS), f"Rickmers: {HEADLINE}"),
        (TURNS, None),
    ],
)
def test_the_headline_of_an_interview_is_over_its_turns(texts: Sequence[str], title: str | None) -> None:
    article = Cleaner(PipelineConfig())(RawArticle(text="\n\n".join(texts), language="de"))
    assert article.title == title
    assert all(text in article.text for text in texts if text in TURNS + CALLING)
    assert "Antje Rickmers" in article.text or title in (None, f"Rickmers: {HEADLINE}")
