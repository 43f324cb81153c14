"""Every rule about names shows what it does: its example changes without it, its counterexample does not."""

import pytest

from pipeline.entities.coreference import resolve
from pipeline.entities.registry import NAME_RULES, REFERENCE_RULES, NameRule
from pipeline.rules import Rule, without
from tests.entities.articles import clean_article
from tests.support.given_names import GivenNames


def entities(given: GivenNames, marked: str) -> list[str]:
    """The entities of a marked text as name|TYPE|number of mentions by name."""
    return [
        f"{entity.name}|{entity.type}|{sum(mention.kind == 'name' for mention in entity.mentions)}"
        for entity in given.marked(marked)
    ]


@pytest.fixture(scope="module")
def given() -> GivenNames:
    return GivenNames()


@pytest.mark.parametrize("rule", list(NAME_RULES), ids=lambda rule: rule.name)
def test_a_rule_makes_of_its_example_what_it_says(rule: NameRule, given: GivenNames) -> None:
    with without(rule):
        other, same = entities(given, rule.example), entities(given, rule.counterexample)
    assert same == entities(given, rule.counterexample)
    found = entities(given, rule.example)
    assert rule.result in (found or [""])
    assert rule.result not in (other or [""])


def meant(given: GivenNames, marked: str) -> str | None:
    """The name of whom the words in square brackets mean."""
    given.names = None
    begin, end = marked.index("["), marked.index("]") - 1
    entity = resolve(given(clean_article(marked.replace("[", "").replace("]", ""))), begin, end)
    return entity.name if entity is not None else None


@pytest.mark.parametrize("rule", list(REFERENCE_RULES), ids=lambda rule: rule.name)
def test_a_rule_says_whom_words_mean_that_are_no_names(rule: Rule, given: GivenNames) -> None:
    assert meant(given, rule.example) is not None
    assert meant(given, rule.counterexample) is None
    with without(rule):
        assert meant(given, rule.example) is None
