"""Every rule about names shows what it does: its example changes without it, its counterexample does not."""

import pytest

from pipeline.entities.registry import NAME_RULES, NameRule
from pipeline.rules import without
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
