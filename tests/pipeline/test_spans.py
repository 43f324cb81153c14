"""Offsets into text and indices of tokens: the type checker does not let one pass for the other."""

import subprocess
import sys
from bisect import bisect_left, bisect_right
from pathlib import Path

import pytest

from pipeline.spans import CharOffset, TokenIndex, char_span, first_behind, first_from, numbered_tokens, token_indices

ROOT = Path(__file__).parents[2]
PREAMBLE = """
from pipeline.entities.words import TextWords
from pipeline.quotes.phrases import noun_phrase
from pipeline.quotes.text import AnalysedText
from pipeline.reader.layout import Layout
from pipeline.spans import CharOffset, CharRange, TokenIndex, TokenRange, token_indices
from schemas.spans import Span

def snippet(analysed: AnalysedText, words: TextWords, layout: Layout, span: Span) -> None:
    char, token = analysed.tokens[0].begin, analysed.sentences[0].first
"""
RIGHT = """
    last = noun_phrase(analysed.tokens, token, token + 3)
    if last is not None:
        analysed.token_range(analysed.tokens[token].begin, analysed.tokens[last - 1].end)
    for index in token_indices(token, words.at(char)):
        words.gap(index - 1, index)
    layout.range(layout.span(span.begin, span.end))
"""
MIX_UPS = (
    "noun_phrase(analysed.tokens, char, token)",
    "analysed.token_range(token, token + 1)",
    "analysed.token_range(*analysed.token_range(char, char))",
    "analysed.sentence_at(token)",
    "words.at(words.at(char))",
    "words.gap(char, words.at(char))",
    "layout.span(*layout.span(char, char + 1))",
    "layout.span(token, span.end)",
    "layout.range(layout.range(layout.span(char, char)))",
    "CharRange(token, char)",
    "TokenRange(char, token)",
    "Span(begin=token, end=char)",
    "token_indices(token, char)",
    "char == token",
    "words.at(3)",
)


@pytest.fixture(scope="module")
def wrong_lines(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The lines of `MIX_UPS`, and of the snippet without a mix-up, that mypy reports."""
    folder = tmp_path_factory.mktemp("mypy")
    snippet = folder / "snippet.py"
    snippet.write_text(PREAMBLE + RIGHT + "".join(f"    {line}\n" for line in MIX_UPS), encoding="utf-8")
    command = (sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", ROOT / ".mypy_cache")
    done = subprocess.run((*command, snippet), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = snippet.read_text(encoding="utf-8").splitlines()
    reports = [report.split(":", 3) for report in done.stdout.splitlines() if ": error: " in report]
    assert all(Path(file).name == "snippet.py" for file, *_ in reports), done.stdout
    return {lines[int(number) - 1].strip() for _, number, *_ in reports}


def test_every_mix_up_is_reported_and_nothing_else(wrong_lines: set[str]) -> None:
    assert wrong_lines == set(MIX_UPS)


def test_the_types_cost_nothing_at_run_time() -> None:
    assert CharOffset is int
    assert TokenIndex is int
    assert token_indices is range
    assert numbered_tokens is enumerate
    assert first_from is bisect_left
    assert first_behind is bisect_right
    assert char_span.__name__ == "span"
