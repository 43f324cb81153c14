from pathlib import Path

import pytest

from pipeline.reader.calibration import Calibration, Logistic, logit


def test_more_evidence_is_surer() -> None:
    weigh = Logistic({"always": -1.0, "seen": 2.0})
    assert weigh({"seen": 0.0}) < weigh({"seen": 0.5}) < weigh({"seen": 2.0}) < 1.0
    assert weigh({"unheard of": 9.0}) == weigh({})


@pytest.mark.parametrize("probability", [0.0, 0.2, 0.5, 0.99, 1.0])
def test_a_probability_is_its_own_evidence(probability: float) -> None:
    bounded = min(max(probability, 0.001), 0.999)
    assert Logistic({"it": 1.0})({"it": logit(probability)}) == pytest.approx(bounded)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    calibration = Calibration(Logistic({"always": 0.5}), Logistic({"probability": 0.9}), {"Direct": 0.35})
    calibration.write(tmp_path)
    assert Calibration.read(tmp_path) == calibration


def test_what_must_be_how_sure_depends_on_its_type() -> None:
    calibration = Calibration(Logistic({}), Logistic({}), {"Direct": 0.35, "Reported": 0.6})
    assert calibration.enough("Direct", 0.4)
    assert calibration.enough("Indirect", 0.5)
    assert not calibration.enough("Indirect", 0.49)
    assert not calibration.enough("Reported", 0.55)
    assert calibration.enough("Reported", 0.6)
