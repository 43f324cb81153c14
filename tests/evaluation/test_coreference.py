"""Chains' scores, on cases that were worked out by hand and on those of the papers that brought the metrics in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.coreference import METRICS, score, without_singletons

GOLD = [{1, 2, 3, 4, 5}, {6, 7}, {8, 9, 10, 11, 12}]
TWO_MERGED = [{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11, 12}]
LARGE_MERGED = [{1, 2, 3, 4, 5, 8, 9, 10, 11, 12}, {6, 7}]


def test_the_case_of_bagga_and_baldwin() -> None:
    """Their paper gives MUC 90 % and B³ 76 % precision for the one answer, 90 % and 58 % for the other."""
    one, other = score([(GOLD, TWO_MERGED)]).counts, score([(GOLD, LARGE_MERGED)]).counts
    assert (one["muc"].precision, one["muc"].recall) == (pytest.approx(9 / 10), 1)
    assert (other["muc"].precision, other["muc"].recall) == (pytest.approx(9 / 10), 1)
    assert one["b3"].precision == pytest.approx(0.762, abs=0.001)
    assert other["b3"].precision == pytest.approx(0.583, abs=0.001)
    assert one["b3"].recall == other["b3"].recall == 1


def test_the_case_of_luo() -> None:
    """The pairing leaves one gold chain alone; φ4 of a chain of two parts is 2·5/(5+7)."""
    ceaf = score([(GOLD, TWO_MERGED)]).counts["ceaf_e"]
    assert ceaf.precision == pytest.approx((1 + 10 / 12) / 2)
    assert ceaf.recall == pytest.approx((1 + 10 / 12) / 3)


def test_the_case_of_moosavi_and_strube() -> None:
    """Key {a b c}, {d e f g}; response {a b}, {c d}, {f g h i}: the paper gives LEA recall 0.24, precision 0.33."""
    lea = score([([set("abc"), set("defg")], [set("ab"), set("cd"), set("fghi")])]).counts["lea"]
    assert lea.recall == pytest.approx((3 * 1 / 3 + 4 * 1 / 6) / 7)
    assert lea.precision == pytest.approx((2 * 1 + 2 * 0 + 4 * 1 / 6) / 8)
    assert (lea.recall, lea.precision) == (pytest.approx(0.24, abs=0.005), pytest.approx(0.33, abs=0.005))


def test_a_mention_in_the_wrong_chain() -> None:
    counts = score([([set("abc"), set("de")], [set("ab"), set("cde")])]).counts
    assert (counts["muc"].found, counts["muc"].gold) == (2, 3)
    assert (counts["muc"].right, counts["muc"].predicted) == (2, 3)
    assert counts["b3"].recall == pytest.approx((2 / 3 * 2 + 1 / 3 + 2) / 5)
    assert counts["ceaf_e"].recall == pytest.approx((4 / 5 + 4 / 5) / 2)


def test_singletons_count_where_they_are_given() -> None:
    gold, predicted = [{1, 2}, {3}], [{1, 2}, {3}, {4}]
    counts = score([(gold, predicted)]).counts
    assert counts["lea"].precision == pytest.approx(3 / 4)
    assert counts["mentions"].precision == pytest.approx(3 / 4)
    assert score([(without_singletons(gold), without_singletons(predicted))]).conll == 1


def test_documents_are_summed_and_not_averaged() -> None:
    both = score([([{1, 2, 3, 4, 5}], [{1, 2, 3, 4, 5}]), ([{1, 2}], [{1}, {2}])])
    assert both.counts["muc"].recall == pytest.approx(4 / 5)
    assert both == score([([{1, 2, 3, 4, 5}], [{1, 2, 3, 4, 5}])]) + score([([{1, 2}], [{1}, {2}])])


def test_nothing_gives_nothing() -> None:
    assert score([]).conll == 0
    assert score([([{1, 2}], [])]).conll == 0
    assert score([([], [{1, 2}])]).counts["lea"].f1 == 0


def test_a_mention_in_two_chains_is_refused() -> None:
    with pytest.raises(ValueError, match="two chains"):
        score([([{1, 2}, {2, 3}], [])])


@st.composite
def _partition(draw: st.DrawFn) -> list[set[int]]:
    owner = draw(st.lists(st.integers(0, 4), min_size=2, max_size=12))
    chains: dict[int, set[int]] = {}
    for mention, chain in enumerate(owner):
        chains.setdefault(chain, set()).add(mention)
    return list(chains.values())


@given(_partition(), _partition())
def test_shares_are_shares_and_gold_against_itself_is_right(one: list[set[int]], other: list[set[int]]) -> None:
    found, back = score([(one, other)]), score([(other, one)])
    for name in METRICS:
        assert 0 <= found.counts[name].precision <= 1 + 1e-9
        assert found.counts[name].precision == pytest.approx(back.counts[name].recall)
    itself = score([(one, one)])
    assert all(itself.counts[name].f1 == pytest.approx(1) for name in ("b3", "ceaf_e", "lea", "mentions"))
    assert itself.counts["muc"].f1 == pytest.approx(1 if without_singletons(one) else 0)
