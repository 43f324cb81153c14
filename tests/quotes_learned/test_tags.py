"""Quotes to tags and back, and the search for the best tags."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.quotes.learned.tags import LAYER_TYPES, LAYERS, TAGS, Segment, allowed, from_tags, to_tags, viterbi

DIRECT = Segment(words=(4, 5, 6), type="Direct", layer=0)
INDIRECT = Segment(words=(2, 3, 4, 5, 6, 9, 10), type="Indirect", layer=1)
FOLLOWING = Segment(words=(11, 12), type="IndirectFreeIndirect", layer=1)


def test_nested_and_interrupted_quotes_survive() -> None:
    quotes = [INDIRECT, DIRECT, FOLLOWING]
    assert from_tags(to_tags(quotes, 14)) == quotes


def test_of_two_quotes_on_the_same_words_the_longer_is_kept() -> None:
    inner = Segment(words=(3, 4), type="Reported", layer=1)
    assert from_tags(to_tags([inner, INDIRECT], 14)) == [INDIRECT]


def test_neighbours_stay_apart() -> None:
    quotes = [Segment(words=(0, 1), type="Direct", layer=0), Segment(words=(2, 3), type="Direct", layer=0)]
    assert from_tags(to_tags(quotes, 4)) == quotes


@st.composite
def layouts(draw: st.DrawFn) -> list[Segment]:
    segments, word = [], 0
    for _ in range(draw(st.integers(0, 6))):
        word += draw(st.integers(0, 3))
        length = draw(st.integers(1, 5))
        layer = draw(st.integers(0, 1))
        words = tuple(range(word, word + length))
        segments.append(Segment(words=words, type=draw(st.sampled_from(LAYER_TYPES[layer])), layer=layer))
        word += length
    return segments


@given(layouts())
@settings(max_examples=60, deadline=None)
def test_quotes_without_gaps_come_back(segments: list[Segment]) -> None:
    assert from_tags(to_tags(segments, 60)) == segments


def test_the_best_tags_obey_the_transitions() -> None:
    chance = np.random.default_rng(3)
    may = allowed()
    transitions = np.where(may, 0.0, -1e4).astype(np.float32)
    tags = viterbi(chance.normal(size=(LAYERS, 40, TAGS)).astype(np.float32) * 3, transitions)
    for layer in range(LAYERS):
        before = TAGS
        for tag in tags[layer]:
            assert may[layer, before, tag]
            before = tag


def test_the_best_tags_are_the_best() -> None:
    chance = np.random.default_rng(5)
    emissions = chance.normal(size=(LAYERS, 3, TAGS)).astype(np.float32)
    transitions = np.where(allowed(), chance.normal(size=allowed().shape), -1e4).astype(np.float32)
    tags = viterbi(emissions, transitions)
    for layer in range(LAYERS):
        grid = np.stack(np.meshgrid(*[np.arange(TAGS)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        scores = transitions[layer, -1, grid[:, 0]] + emissions[layer, np.arange(3), grid].sum(axis=1)
        scores += transitions[layer, grid[:, 0], grid[:, 1]] + transitions[layer, grid[:, 1], grid[:, 2]]
        assert grid[scores.argmax()].tolist() == tags[layer].tolist()


@pytest.mark.parametrize("length", [0, 1])
def test_shortest_texts(length: int) -> None:
    transitions = np.where(allowed(), 0.0, -1e4).astype(np.float32)
    assert viterbi(np.zeros((LAYERS, length, TAGS), dtype=np.float32), transitions).shape == (LAYERS, length)
