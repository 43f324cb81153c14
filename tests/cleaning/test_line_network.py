import numpy as np

from pipeline.cleaning.line_network import DILATIONS, LineNetwork


def network(columns: int, width: int = 4, members: int = 2) -> LineNetwork:
    random = np.random.default_rng(1)
    arrays = {"mean": np.zeros(columns), "deviation": np.ones(columns)}
    shapes = {"input": (columns, width), "whole": (2 * width, width), "output": (width, 1)}
    shapes |= {f"convolution.{number}": (3 * width, width) for number in range(len(DILATIONS))}
    for name, (inputs, outputs) in shapes.items():
        arrays[f"{name}.weight"] = random.normal(size=(members, inputs, outputs))
        arrays[f"{name}.bias"] = random.normal(size=(members, 1, outputs))
    return LineNetwork(arrays)


def test_each_line_is_seen_with_its_neighbours_and_the_whole_text() -> None:
    rows = np.random.default_rng(2).normal(size=(30, 5)).astype(np.float32)
    answers = network(6).log_odds(rows)[0]
    assert answers.shape == (30,)
    changed = rows.copy()
    changed[20] += 3
    moved = np.abs(network(6).log_odds(changed)[0] - answers)
    assert moved[20 - sum(DILATIONS) : 20].max() > 3 * moved[: 20 - sum(DILATIONS)].max()
    assert moved[0] > 0  # by the mean of all lines


def test_a_text_of_one_line_gets_an_answer_and_far_values_do_not_grow_without_limit() -> None:
    one = network(4).log_odds(np.full((1, 3), 1e9, dtype=np.float32))[1]
    assert np.isfinite(one).all()
    np.testing.assert_allclose(one, network(4).log_odds(np.full((1, 3), 5.0, dtype=np.float32))[1])


def test_the_answer_depends_on_whose_labels_it_follows() -> None:
    rows = np.random.default_rng(3).normal(size=(10, 5)).astype(np.float32)
    own, other = network(6).log_odds(rows)
    assert not np.allclose(own, other)
