import numpy as np

from pipeline.reader.scorers import Vectors


def test_means_are_those_of_sums_in_double_precision() -> None:
    values = (np.random.default_rng(1).normal(size=(300, 24)) * 100).astype(np.float32)
    sums = np.concatenate([np.zeros((1, 24)), values.cumsum(axis=0, dtype=np.float64)]).astype(np.float32)
    spans = np.array([(0, 1), (0, 300), (17, 19), (5, 5), (299, 300)])
    lengths = np.array([1, 300, 2, 1, 1])[:, None]
    means = Vectors(values).mean(spans)
    assert np.array_equal(means, ((sums[spans[:, 1]] - sums[spans[:, 0]]) / lengths).astype(np.float32))
    assert np.allclose(means[1], values.mean(axis=0), atol=1e-3)
    assert not means[3].any()


def test_no_vectors_have_no_means() -> None:
    assert Vectors(np.zeros((0, 4), dtype=np.float32)).mean(np.zeros((0, 2), dtype=np.int64)).shape == (0, 4)
