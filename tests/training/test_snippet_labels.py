import numpy as np

from pipeline.training.snippet_labels import SnippetPage

LINES = (
    "Startseite",
    "Die Brücke ist seit dem Mai gesperrt, und niemand weiß, wann sie wieder öffnet.",
    "Der Kreis will untersuchen, was der Neubau kostet.",
    "Suche",
    "Die Brücke ist seit dem Mai gesperrt",
)
UNKNOWN = 9
PAGE = SnippetPage({"with": ["Brücke ist seit"], "without": ["Suche", "Startseite"]})


def told(page: SnippetPage, lines: tuple[str, ...], likely: list[float] | None = None) -> list[float]:
    found = page.labels(lines, np.array(likely or [0.5] * len(lines)))
    return [UNKNOWN if np.isnan(label) else label for label in found.tolist()]


def test_snippets_label_their_lines() -> None:
    assert told(PAGE, LINES) == [0, 1, UNKNOWN, 0, UNKNOWN]


def test_of_two_places_the_one_that_is_likely_the_articles_is_meant() -> None:
    assert told(PAGE, LINES, [0.5, 0.1, 0.5, 0.5, 0.9]) == [0, UNKNOWN, UNKNOWN, 0, 1]


def test_an_unwanted_word_within_a_sentence_is_not_meant() -> None:
    line = "Die Suche nach dem Fahrer, der am Abend über die Brücke fuhr, dauert an."
    assert told(PAGE, (line,)) == [UNKNOWN]


def test_a_wanted_snippet_over_two_lines_labels_both() -> None:
    page = SnippetPage({"with": ["Neubau der Brücke Die Stadt"], "without": []})
    assert told(page, ("Zum Neubau der Brücke", "Die Stadt zahlt.", "Ende")) == [1, 1, UNKNOWN]
