import time

import pytest

from pipeline.quotes.posts import signed_posts
from pipeline.quotes.text import AnalysedText
from tests.quotes.reading import readable

POST = "Wir bauen die Brücke. Das Geld ist da!"


@pytest.mark.parametrize(
    "signature",
    [
        "— Hanna Obst (@hobst) 3. Mai 2024",
        "– Hanna Obst (@hobst) May 3, 2024",
        "Hanna Obst🌉 (@hobst), 03.05.2024, 14:20 Uhr",
        "A post shared by Hanna Obst (@hobst) on May 3, 2024 at 7:30am PDT",
        "— Hanna Obst (@hobst.bsky.social) 3. Mai 2024 um 10:12",
        "Hanna Obst (@hobst@social.example) 3. Mai 2024",
    ],
)
def test_a_post_is_of_whoever_has_signed_it(signature: str) -> None:
    text = f"Im Netz war viel los.\n\n{POST} pic.twitter.com/x1 https://t.co/ab\n\n{signature}\n\nDann war Ruhe."
    assert readable(text) == [("Direct", POST, "Hanna Obst", "")]


def test_all_lines_of_the_paragraph_are_the_post() -> None:
    assert readable(f"Vorspann.\n\n{POST}\nZwei Zeilen.\n\n— Hanna Obst (@hobst) 3. Mai 2024") == [
        ("Direct", f"{POST}\nZwei Zeilen.", "Hanna Obst", "")
    ]


def test_without_blank_lines_it_is_the_line_above() -> None:
    found = readable(f"Ein Satz davor.\n{POST}\n— Hanna Obst (@hobst) 3. Mai 2024\nEin Satz danach.")
    assert found == [("Direct", POST, "Hanna Obst", "")]


@pytest.mark.parametrize(
    "text",
    [
        f"{POST}\n\nHanna Obst (@hobst) ist Bürgermeisterin.",
        f"{POST}\n\nHanna Obst (Grüne) 3. Mai 2024",
        "— Hanna Obst (@hobst) 3. Mai 2024",
        "pic.twitter.com/x1\n\n— Hanna Obst (@hobst) 3. Mai 2024",
    ],
)
def test_what_is_no_post(text: str) -> None:
    assert readable(text) == []


def test_of_two_signatures_only_the_first_has_words_above() -> None:
    text = f"{POST}\n\n— Hanna Obst (@hobst) 3. Mai 2024\n\n— Ida Reif (@reif) 4. Mai 2024"
    assert readable(text) == [("Direct", POST, "Hanna Obst", "")]


@pytest.mark.parametrize(
    "text",
    [
        "https://t.co/" * 20_000 + " x\n\n— Hanna Obst (@hobst) 3. Mai 2024",
        " " * 200_000 + "x\n\n— Hanna Obst (@hobst) 3. Mai 2024",
        "Wort\n\n— Hanna Obst (@hobst) 3. Mai 2024\n\n" * 2_000,
    ],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    analysed = AnalysedText(text, [])
    started = time.process_time()
    signed_posts(analysed)
    assert time.process_time() - started < 1.0
