"""A short flood; the long one is a command."""

import pytest

from tests.faults.flood import flood

pytestmark = [pytest.mark.fault, pytest.mark.kafka]


async def test_a_flood_takes_no_more_memory_than_the_settings_predict(kafka, tmp_path):
    found = await flood(1_500, 120, tmp_path, kafka)
    assert found["left"] == 0
    assert found["rejoins"] == 0
    assert found["peak_mb"] - found["idle_mb"] <= found["predicted_growth_mb"]
    assert found["out_at_half"] > 300, "the last stage has its share while the first is flooded"
