"""Outlines of statements: which could say the same as a quote, and which of them is the oldest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statements.occurrence import Occurrence
from pipeline.statements.outline import Outline, Wordings, outlined
from pipeline.statements.outlines import FEW, Outlines
from pipeline.statements.same_statement import ComparedQuote, same_statement
from pipeline.statements.wording_graph import shared_enough, terms_of
from tests.statements.pairs import pairs
from tests.statements.records import SEEN_AT, record

FIGURES = [
    "Der Deich bei Sillens hält keiner Sturmflut dieses Winters stand.",
    "Der Neubau der Brücke in Rade kostet 17 Millionen Euro.",
    "Der Neubau der Brücke in Rade kostet 18 Millionen Euro.",
    "Bis 2030 sind 400 Wohnungen am alten Hafen fertig",
    "Am alten Hafen sind 400 Wohnungen fertig.",
]


def _outline(compared: ComparedQuote, day: int = 1) -> Outline:
    quote = record(compared.text, context=compared.context, type="Direct" if compared.verbatim else "Indirect")
    occurrence = Occurrence.of(quote, SEEN_AT)
    return outlined([occurrence], [occurrence], f"2026-03-{day:02}T00:00:00.000Z")


@pytest.mark.parametrize("part", ["dev", "test"])
@pytest.mark.parametrize("many", [False, True], ids=["looked through", "by indexes"])
def test_what_says_the_same_is_found_by_its_outline(part: str, many: bool) -> None:
    compared = 0
    for pair in pairs(part):
        terms, others = terms_of(pair.one), terms_of(pair.other)
        enough = len(terms & others) >= shared_enough(min(len(terms), len(others)))
        if enough and same_statement(pair.one, pair.other):
            compared += 1
            known = Outlines({})
            known.put("other", _outline(pair.other))
            for number in range(2 * FEW if many else 3):
                known.put(f"s-{number}", _outline(ComparedQuote(f"Wort{number} und Satz{number}", "", True)))
            assert known.near(pair.one) == ["other"]
    assert compared > 50


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_figures_rule_out_only_what_does_not_say_the_same(data: st.DataObject) -> None:
    one, other = (
        ComparedQuote(
            "„" + " ".join(data.draw(st.lists(st.sampled_from(FIGURES), min_size=1, max_size=3))) + "“", "", v
        )
        for v in data.draw(st.tuples(st.booleans(), st.booleans()))
    )
    if same_statement(one, other):
        assert Wordings.of([one]).agree(Wordings.of([other]))


def test_of_statements_in_outline_the_oldest_is_known() -> None:
    known = Outlines({})
    for number in (3, 1, 2):
        known.put(f"s-{number}", _outline(ComparedQuote("Das", "", True), day=number))
    for _ in range(50):
        known.put("s-1", _outline(ComparedQuote("Das", "", True), day=4))
    assert known.weight == 3
    assert known.numbers == sum(len(_outline(ComparedQuote("Das", "", True))) for _ in range(3))
    order = []
    while (oldest := known.oldest()) is not None:
        order.append(oldest[1])
        known.remove(oldest[1])
    assert order == ["s-2", "s-3", "s-1"]
    assert known.weight == known.numbers == 0
