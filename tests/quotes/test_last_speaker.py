"""Who goes on speaking where nobody is named: how far back, and whom the sentence before is about."""

import pytest

from tests.quotes.reading import found_by_rules, words

SAID = "Obst sagte, es sei gut."
SHRUGGED = "Obst klagte. Jonas Reif zuckte mit den Schultern."
WROTE = "Obst schreibt, sie komme."


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        (f"{SAID}\n\n„Wir bauen neu.“", "„Wir bauen neu.“", "Obst"),
        (f"{SAID}\n\nEs regnet.\n\n„Wir bauen neu.“", "„Wir bauen neu.“", ""),
        (f"{SAID}\n\nEs regnet.\n\nEs gebe Geld.", "Es gebe Geld.", "Obst"),
        (f"{SAID}\n\nEs regnet.\n\nEs schneit.\n\nEs gebe Geld.", "es sei gut", "Obst"),
        (f"{SAID} Es könnten mehr sein.", "Es könnten mehr sein.", "Obst"),
        (f"{SAID} Es regnet. Es könnten mehr sein.", "es sei gut", "Obst"),
        (f"{SAID}\n\nEs könnten mehr sein.", "es sei gut", "Obst"),
        (f"{SHRUGGED} „Wir bauen neu.“", "„Wir bauen neu.“", "Jonas Reif"),
        (f"{SHRUGGED}\n\n„Wir bauen neu.“", "„Wir bauen neu.“", "Obst"),
        (f"{SHRUGGED} Es regnete. „Wir bauen neu.“", "„Wir bauen neu.“", "Obst"),
        ("Als Reif kam, der gestern sprach, regnete es. „Wir bauen neu.“", "„Wir bauen neu.“", ""),
        (f"{SAID} „Wir bauen neu“, hieß es im Rat. „Das kostet.“", "„Das kostet.“", "Rat"),
        (f"{WROTE} „Viel zu tun“, heißt es dort. Es fehle Zeit.", "Es fehle Zeit.", "Obst"),
        (f"{WROTE} „Viel zu tun“, heißt es weiter. Es fehle Zeit.", "Es fehle Zeit.", "Obst"),
        (f"{WROTE} „Viel zu tun“, heißt es. Es fehle Zeit.", "Es fehle Zeit.", ""),
        (f"{WROTE}\n\nEs regnet.\n\n„Viel zu tun“, heißt es dort. Es fehle Zeit.", "Es fehle Zeit.", ""),
    ],
)
def test_who_goes_on_speaking(text: str, quote: str, speaker: str) -> None:
    last = found_by_rules(text)[-1]
    assert (words(text, last.spans), words(text, last.speaker_spans)) == (quote, speaker)


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("Obst schrieb, sie komme. Es fehle an Zeit.", ["Writing", "Writing"]),
        ("Reif berichtete von Klassen. „Wir haben kein Geld.“", ["SW", "SW"]),
        ("Obst schrieb, sie komme. Jonas Reif zuckte mit den Schultern. Das sei egal.", ["Writing", "Speech"]),
    ],
)
def test_what_goes_on_is_written_if_that_before_was(text: str, media: list[str]) -> None:
    assert [quote.medium for quote in found_by_rules(text)] == media
