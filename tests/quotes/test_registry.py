"""Every rule shows what it does: its example changes without it, its counterexample does not."""

import re

import pytest

from pipeline.config import PipelineConfig
from pipeline.quotes import QuoteExtractor
from pipeline.quotes.registry import QUOTE_RULES, QuoteRule
from pipeline.quotes.speaker_registry import LINK_RULES, SPEAKER_RULES, LinkRule
from pipeline.rules import Rule, without
from schemas.records import EntityArticle
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


def speaker(extract: QuoteExtractor, text: str) -> str:
    article = EntityArticle(id="a-1", language="de", text=text, content_hash="", simhash="0" * 16, entities=[])
    (quote,) = extract(article).quotes
    return (quote.speaker.name or quote.speaker.text) if quote.speaker is not None else ""


@pytest.mark.parametrize("rule", list(LINK_RULES), ids=lambda rule: rule.name)
def test_a_rule_says_whom_the_words_mean(rule: LinkRule) -> None:
    extract = QuoteExtractor(PipelineConfig(quote_model="rules"))
    with without(rule):
        other, same = speaker(extract, rule.example), speaker(extract, rule.counterexample)
    assert speaker(extract, rule.example) == rule.result != other
    assert speaker(extract, rule.counterexample) == same
