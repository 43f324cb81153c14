"""How the simulation's parameters follow from what is measured."""

import orjson
import pytest

from benchmarks.flood import Flood
from benchmarks.loads import Singles, Steady, Use
from benchmarks.simulation.costs import ArticleCosts
from benchmarks.simulation.measure import MeasuredStream, costs_of, stage_costs
from benchmarks.usage import Usage
from pipeline.config import PipelineConfig
from pipeline.reader.model import KEPT

LIGHT = PipelineConfig(model_de="redefluss-fast", quote_model="rules")
ALONE = ArticleCosts(0.01, 0.06, 0.03, 0.002, 0.08, 2)
BESIDE_OTHERS = ArticleCosts(0.011, 0.066, 0.033, 0.0022, 0.088, 2)
ARTICLES = 100


def use(seconds: float, *, client: float = 0.0, network_bytes: int = 0, **by_role: float) -> Use:
    processes = [Usage(role, cpu, 0.0, 10, 20) for role, cpu in by_role.items()]
    return Use(seconds, processes, client, network_bytes)


@pytest.fixture
def stream() -> MeasuredStream:
    """A stream whose figures are easily calculated with."""
    return MeasuredStream(
        single=Singles(count=10, on_the_way=0.02, confirmed=0.003, use=use(3.0, pool=1.2)),
        flood=Flood(ARTICLES, 10.0),
        backlog=use(10.0, worker=2.3, pool=12.65, pages=0.5, broker=1.4, client=0.22, network_bytes=6_000_000),
        nothing=use(10.0, worker=0.1, pool=0.0, pages=0.02, broker=0.3, client=0.0, network_bytes=1_000_000),
        steady=Steady(5.0, [0.2] * 50, use(10.0, worker=1.6, pool=6.4, pages=0.32, broker=1.3, client=0.4)),
        disk_bytes=2_000_000,
    )


def test_what_is_used_without_work_and_by_the_slowdown_is_taken_out(stream: MeasuredStream):
    costs = costs_of([ALONE], [BESIDE_OTHERS], stream, 2)
    assert costs.slowdown == pytest.approx(1.1)
    assert vars(costs.idle) == pytest.approx({"worker": 0.01, "pages": 0.002, "broker": 0.03, "client": 0.0})
    assert costs.together.worker == pytest.approx((2.3 - 0.1) / ARTICLES / 1.1)
    assert costs.together.broker == pytest.approx((1.4 - 0.3) / ARTICLES / 1.1)
    assert costs.together.client == pytest.approx(0.22 / ARTICLES / 1.1)
    # At the steady rate 1.002 of two cores are busy: half of the slowdown.
    assert costs.alone.worker == pytest.approx((1.6 - 0.1) / 50 / (1 + 0.1 * 1.002 / 2))
    assert costs.transfer_seconds == pytest.approx((0.1265 - 0.11) / 3 / 1.1)


def test_single_articles_give_the_passage_and_the_cold_start(stream: MeasuredStream):
    costs = costs_of([ALONE], [BESIDE_OTHERS], stream, 2)
    assert costs.hop_seconds == pytest.approx(0.005)
    assert costs.confirm_seconds == 0.003
    assert costs.cold == pytest.approx(0.12 / 0.1)


def test_bytes_of_an_article_are_without_those_of_an_idle_stream(stream: MeasuredStream):
    costs = costs_of([ALONE], [BESIDE_OTHERS], stream, 2)
    assert costs.network_bytes == pytest.approx(5_000_000 / ARTICLES)
    assert costs.disk_bytes == pytest.approx(20_000)
    assert costs.memory_bytes == {"worker": 10, "pages": 10, "models": 10, "pool": 10, "broker": 20}


def test_each_article_costs_something_in_each_stage():
    text = (
        "Der Rat von Waldau hat am {}. März beschlossen, das Freibad zu schließen. „Das tut weh“, sagte "
        "Bürgermeisterin Hanna Tölke nach der Sitzung. Für die Sanierung fehle das Geld."
    )
    values = [orjson.dumps({"title": "Rat", "text": text.format(number)}) for number in range(KEPT + 1)]
    costs = stage_costs(values, 1, LIGHT)
    assert len(costs) == len(values)
    assert all(min(cost.clean, cost.entities, cost.quotes, cost.statements) > 0 for cost in costs)
    assert all(cost.quote_count > 0 for cost in costs)


def test_so_few_articles_that_all_are_remembered_are_refused():
    with pytest.raises(ValueError, match="too few"):
        stage_costs([b"{}"] * KEPT, 1, LIGHT)


def test_an_article_that_a_stage_refuses_ends_the_measurement_of_all_processes():
    with pytest.raises(ValueError, match="clean refused an article"):
        stage_costs([b"{}"] * (KEPT + 1), 2, LIGHT)
