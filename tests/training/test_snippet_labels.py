import pytest

from pipeline.training import snippet_labels
from pipeline.training.snippet_labels import UNKNOWN, SnippetPage

LINES = (
    "Startseite",
    "Die Brücke ist seit dem Mai gesperrt, und niemand weiß, wann sie wieder öffnet.",
    "Der Kreis will untersuchen, was der Neubau kostet.",
    "Suche",
    "Die Brücke ist seit dem Mai gesperrt",
)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> SnippetPage:
    monkeypatch.setattr(snippet_labels, "_extractors", lambda: [lambda html: html, lambda html: ""])
    return SnippetPage({"html": "\n".join(LINES[1:3]), "with": ["Brücke ist seit"], "without": ["Suche", "Startseite"]})


def test_snippets_label_their_lines(page: SnippetPage) -> None:
    assert page.lines(LINES).known.tolist() == [0, 1, UNKNOWN, 0, UNKNOWN]


def test_an_unwanted_word_within_a_sentence_is_not_meant(page: SnippetPage) -> None:
    assert page.lines(["Die Suche nach dem Fahrer, der am Abend über die Brücke fuhr, dauert an."]).known.tolist() == [
        UNKNOWN
    ]


def test_a_wanted_snippet_over_two_lines_labels_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snippet_labels, "_extractors", lambda: [lambda html: html])
    page = SnippetPage({"html": "", "with": ["Neubau der Brücke Die Stadt"], "without": []})
    assert page.lines(["Zum Neubau der Brücke", "Die Stadt zahlt.", "Ende"]).known.tolist() == [1, 1, UNKNOWN]


def test_what_extractors_take_is_told(page: SnippetPage) -> None:
    votes = page.lines(LINES).rows[:, :2]
    assert votes.tolist() == [[0, 0], [1, 0], [1, 0], [0, 0], [1, 0]]


def test_the_model_is_asked_about_other_hosts_only(page: SnippetPage) -> None:
    pytest.importorskip("lightgbm")
    lines = [page.lines(LINES)] * 40
    found = snippet_labels.likelihoods(lines, [number % 2 for number in range(40)])
    assert [row.shape for row in found] == [(5,)] * 40
    assert all((row[0], row[1], row[3]) == (0, 1, 0) for row in found)
