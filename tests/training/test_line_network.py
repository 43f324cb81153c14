import numpy as np
import pytest

from pipeline.cleaning.features import names
from pipeline.cleaning.line_network import LineNetwork
from pipeline.cleaning.line_vectors import DIMENSIONS
from pipeline.training.cleaning_samples import Sample


def _text(seed: int, lines: int) -> Sample:
    """A text whose article is the lines that stand under one with a certain word."""
    random = np.random.default_rng(seed)
    rows = random.random((lines, len(names(markup=False))), dtype=np.float32)
    vectors = random.normal(size=(lines, DIMENSIONS)).astype(np.float32)
    labels = np.zeros(lines)
    labels[1:] = vectors[:-1, 0] > 0
    return Sample("zeitung.example", False, rows, vectors, labels, np.ones(lines), gold=True)


def test_a_network_learns_from_words_and_from_neighbours_and_the_arrays_answer_as_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch = pytest.importorskip("torch")
    from pipeline.training import line_network

    monkeypatch.setattr(line_network, "PASSES", 30)
    monkeypatch.setattr(line_network, "MEMBERS", 1)
    seen = []
    trained = line_network._trained
    monkeypatch.setattr(
        line_network, "_trained", lambda *args, **kwargs: seen.append(trained(*args, **kwargs)) or seen[-1]
    )
    arrays = line_network.arrays([_text(seed, 20 + seed % 7) for seed in range(120)])
    network, unseen = LineNetwork(arrays), _text(1000, 40)

    answers = network.log_odds(unseen.seen[:, :-1])[1]

    assert np.mean((answers > 0) == (unseen.labels > 0.5)) > 0.75
    scaled = np.clip((unseen.seen - arrays["mean"]) / arrays["deviation"], -5, 5).astype(np.float32)
    with torch.no_grad():
        expected = seen[0](torch.from_numpy(scaled)[None], torch.ones(1, 40, 1))[0].numpy()
    np.testing.assert_allclose(answers, expected + line_network.RAISED, atol=0.05)
