"""No stage takes much longer for an article than its size says, whatever its shape: a small form of the measure."""

import pytest

from pipeline.config import PipelineConfig
from tests.faults import growth
from tests.faults.growth import AllStages, Growth
from tests.faults.shapes import shapes

CHARACTERS = 1500
"""Of the smallest of three sizes; something quadratic takes seconds for the largest of the long form only."""
SLOW_SECONDS = 3.0
"""Of the processor: far more than a stage needs for the largest size, by rules."""


@pytest.fixture(scope="module")
def stages() -> AllStages:
    made = AllStages(PipelineConfig(model_de="rules", quote_model="rules"))
    made.times({"text": "Zum Aufwärmen: „Es ist kalt“, sagte Hanna Tölke am Montag in Waldau."})
    return made


@pytest.mark.long
@pytest.mark.parametrize("shape", shapes())
def test_no_stage_is_slow_for_any_shape(stages: AllStages, shape: str) -> None:
    for found in growth.growths(stages, CHARACTERS, shape.__eq__):
        assert not found.steep, str(found)
        assert (found.seconds[-1] or 0.0) < SLOW_SECONDS, str(found)


def test_what_is_quadratic_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Growth("a", "quotes", (0.1, 0.4, 1.6)).steep
    assert not Growth("a", "quotes", (0.1, 0.2, 0.4)).steep
    assert not Growth("a", "quotes", (0.001, 0.004, 0.016)).steep, "nothing to be seen yet"
    assert not Growth("a", "quotes", (None, None, 3.0)).steep
