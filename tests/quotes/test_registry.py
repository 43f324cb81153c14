"""Every rule shows what it does: its example changes without it, its counterexample does not."""

import re

import pytest

from pipeline.config import PipelineConfig
from pipeline.quotes import QuoteExtractor
from pipeline.quotes.registry import QUOTE_RULES, QuoteRule
from pipeline.quotes.speaker_registry import SPEAKER_RULES
from pipeline.rules import Rule, without
from tests.quotes.reading import found_by_rules, words

_MARKED = re.compile(r"\[([^\]]+)\]")


def plain(text: str) -> str:
    return _MARKED.sub(r"\1", text)


def found_by(rule: QuoteRule, text: str) -> list[str]:
    found = QuoteExtractor(PipelineConfig()).sentences(text) if rule.by_reader else found_by_rules(text)
    return [text[begin:end] for one in found if one.rule == rule.name for begin, end in one.spans]


def speakers(text: str) -> list[str]:
    return [words(text, one.speaker_spans) for one in found_by_rules(text)]


@pytest.mark.parametrize("rule", list(QUOTE_RULES), ids=lambda rule: rule.name)
def test_a_rule_finds_what_its_example_marks_and_nothing_like_it(rule: QuoteRule) -> None:
    assert found_by(rule, plain(rule.example)) == _MARKED.findall(rule.example)
    assert found_by(rule, rule.counterexample) == []
    with without(rule):
        assert found_by(rule, plain(rule.example)) == []


@pytest.mark.parametrize("rule", list(SPEAKER_RULES), ids=lambda rule: rule.name)
def test_a_rule_finds_the_speaker_that_its_example_marks(rule: Rule) -> None:
    text = plain(rule.example)
    (marked,) = _MARKED.findall(rule.example)
    with without(rule):
        other, same = speakers(text), speakers(rule.counterexample)
    assert marked in speakers(text)
    assert other != speakers(text)
    assert same == speakers(rule.counterexample)
