"""Quotes judged over many readings."""

import numpy as np
import pytest

from pipeline.quotes.learned.posterior import READINGS, candidates, draw, select
from pipeline.quotes.learned.tags import BEGIN, INSIDE, LAYERS, TAGS, Segment, allowed, tag

TRANSITIONS = np.where(allowed(), 0.0, -1e4).astype(np.float32)
FIRST = Segment(words=(1, 2, 3), type="Indirect", layer=1)
LONGER = Segment(words=(1, 2, 3, 4), type="Indirect", layer=1)
DIRECT = Segment(words=(2, 3), type="Direct", layer=0)


def certain(length: int, margin: float) -> np.ndarray:
    """Emissions that prefer an indirect quote of the words 2 to 4 by `margin`, and nothing else."""
    emissions = np.zeros((LAYERS, length, TAGS), dtype=np.float32)
    emissions[:, :, 0] = margin
    emissions[1, 2:5, 0] = 0.0
    emissions[1, 2, tag(1, "Indirect", BEGIN)] = margin
    emissions[1, 3:5, tag(1, "Indirect", INSIDE)] = margin
    return emissions


def test_a_certain_quote_agrees_with_every_reading() -> None:
    found = candidates(certain(8, 40.0), TRANSITIONS, 1.0)
    assert found == [(Segment(words=(2, 3, 4), type="Indirect", layer=1), 1.0)]


def test_draws_follow_the_transitions_and_repeat() -> None:
    emissions = np.random.default_rng(1).normal(size=(LAYERS, 30, TAGS)).astype(np.float32)
    drawn = draw(emissions, TRANSITIONS)
    assert drawn.shape == (READINGS, LAYERS, 30)
    assert (drawn == draw(emissions, TRANSITIONS)).all()
    may = allowed()
    for layer in range(LAYERS):
        assert may[layer, drawn[:, layer, :-1], drawn[:, layer, 1:]].all()
        assert may[layer, TAGS, drawn[:, layer, 0]].all()


def test_draws_have_the_frequencies_of_the_model() -> None:
    emissions = np.zeros((LAYERS, 1, TAGS), dtype=np.float32)
    emissions[0, 0, 0] = np.log(3.0)
    drawn = draw(emissions, TRANSITIONS, count=4000)[:, 0, 0]
    assert np.mean(drawn == 0) == pytest.approx(0.75, abs=0.03)


def test_the_better_of_two_overlapping_quotes_is_kept() -> None:
    kept = select([(FIRST, 0.6), (LONGER, 0.8), (DIRECT, 0.5)], (0.4, 0.4))
    assert kept == [(LONGER, 0.8), (DIRECT, 0.5)]


def test_a_quote_below_the_least_of_its_layer_is_not_kept() -> None:
    assert select([(FIRST, 0.6), (DIRECT, 0.5)], (0.4, 0.7)) == [(DIRECT, 0.5)]


def test_no_words_no_quotes() -> None:
    assert candidates(np.zeros((LAYERS, 0, TAGS), dtype=np.float32), TRANSITIONS, 1.0) == []
