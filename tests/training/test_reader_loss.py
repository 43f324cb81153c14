"""What the reader is told about its mistakes. Runs where PyTorch is installed."""

import pytest

torch = pytest.importorskip("torch", reason="training has an extra of its own")

from pipeline.training.reader_data import UNKNOWN  # noqa: E402
from pipeline.training.reader_loss import _of_known  # noqa: E402


def test_only_known_kinds_count_and_without_any_nothing_does() -> None:
    scores = torch.tensor([[2.0, 0.0], [0.0, 5.0]])
    known = torch.nn.functional.cross_entropy(scores[:1], torch.tensor([0]))
    assert float(_of_known(scores, torch.tensor([0, UNKNOWN]))) == pytest.approx(float(known))
    assert float(_of_known(scores, torch.tensor([UNKNOWN, UNKNOWN]))) == 0.0
