"""A sink's metrics and health, and what it says of itself to the pages."""

import asyncio

import aiohttp
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from agents.announcements import announced
from agents.exposition import served
from agents.settings import Settings
from agents.sinks.metrics import registry_of, report_of
from agents.sinks.progress import Progress
from agents.sinks.store import Batch, WriteResult
from agents.topic_reader import messages_to_end
from tests.sinks.records import article
from tests.support.ports import free_port


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def test_metrics_and_health() -> None:
    done, port = Progress(), free_port()
    async with served(registry_of("parquet", done), "127.0.0.1", port, lambda: done.problem):
        for _ in range(2):
            done.add(Batch(messages=[(None, None)] * 3), WriteResult({"articles": 2, "quotes": 4}, unchanged=1))  # type: ignore[list-item]
        done.refused, done.lag = 1, 40
        _, text = await get(port, "/metrics")
        found = {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert found["redefluss_sink_messages_total", "stored", "parquet"] == 4
        assert found["redefluss_sink_messages_total", "unchanged", "parquet"] == 2
        assert found["redefluss_sink_messages_total", "refused", "parquet"] == 1
        assert found["redefluss_sink_rows_total", "parquet", "quotes"] == 8
        assert found["redefluss_sink_lag_messages", "parquet"] == 40
        assert found["redefluss_sink_batches_total", "parquet"] == 2
        assert await get(port, "/health/ready") == (200, '{"status": "ok"}')
        done.problem = "PostgreSQL x: no answer"
        assert await get(port, "/health/ready") == (503, '{"status": "PostgreSQL x: no answer"}')
        assert (await get(port, "/health/live"))[0] == 200


@pytest.mark.timeout(600)
async def test_the_command_says_how_it_is_and_that_it_has_ended(stream, tmp_path):
    await stream.send((b"a-1", article("a-1")), (b"k", b"kaputt"))
    stream.catch_up("parquet", str(tmp_path / "out"), code=1)
    reports = [orjson.loads(m.value) async for m in messages_to_end(stream.settings, "workers")]
    last = [report for report in reports if report.get("program") == "sink"][-1]
    assert last["ended"]
    assert last["name"].startswith(stream.settings.group("sink-parquet-"))
    assert (last["read"], last["refused"], last["lag"], last["rows"]["quotes"]) == (1, 1, 0, 1)
    assert last["target"] == f"Parquet in {tmp_path / 'out'}"


async def test_without_a_broker_a_program_goes_on_and_ends() -> None:
    away = Settings(broker=f"kafka://127.0.0.1:{free_port()}")
    async with asyncio.timeout(60):
        async with announced(away, "sink", "x", lambda: report_of("parquet", "x", Progress())):
            await asyncio.sleep(0.1)
