import pytest

from pipeline.evaluation.snippets import SnippetCounts, counts, letters, total

PAGE = {"with": ["Die Brücke ist seit", "80 Millionen Euro", "–"], "without": ["Impressum", "Lesen Sie auch"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Die Brücke, ist seit Mai zu; 80 Millionen  Euro.", SnippetCounts(right=2, missed=0, wrong=0)),
        ("Die Brücke ist seit Mai zu. IMPRESSUM", SnippetCounts(right=1, missed=1, wrong=1)),
        ("", SnippetCounts(right=0, missed=2, wrong=0)),
    ],
)
def test_snippets_by_letters_and_digits(text: str, found: SnippetCounts) -> None:
    assert counts(PAGE, text) == found


def test_scores() -> None:
    found = total([SnippetCounts(2, 0, 0), SnippetCounts(1, 1, 1)])
    assert found == SnippetCounts(3, 1, 1)
    assert (found.precision, found.recall, found.f1) == (0.75, 0.75, 0.75)


def test_nothing_found_scores_nothing() -> None:
    assert (total([]).f1, SnippetCounts(0, 2, 1).f1) == (0.0, 0.0)


def test_letters() -> None:
    assert letters("„Über 80\u00ad %“") == "über80"
