"""Messages flow only between rebalances, and what the module takes Faust to be."""

import asyncio
from typing import Any

import pytest
from faust.tables.recovery import RebalanceAgain, Recovery
from faust.types import TP

from agents.app import StageApp, create_app
from agents.incoming import Incoming
from agents.publisher import BeforeSend
from agents.rebalance import CurrentRecovery
from agents.settings import Settings
from pipeline.stages import STAGES
from tests.support.members import names_in

HERE = TP("t", 0)
GENERATION = 1


@pytest.fixture
async def app(tmp_path) -> StageApp:
    async def handle(message: Incoming, *, before_publish: BeforeSend) -> None:
        """Every message is at its end at once."""

    app = create_app(Settings(data_dir=tmp_path), STAGES[0], handle, embedded=False)
    app.consumer.assignment = lambda: {HERE}
    app.consumer.stop_flow()
    return app


def assign(app: StageApp) -> None:
    app.on_rebalance_start()
    app.assigned_in = app.rebalancing_count
    app.consumer_generation_id = GENERATION


def flows(app: StageApp) -> bool:
    assert app.consumer.flow_active == app.flow_control.is_active()
    return app.consumer.flow_active


async def seek_while(app: StageApp, happens: Any) -> None:
    """Let messages flow again as Faust does after an assignment, while something happens during going back."""

    async def perform_seek() -> None:
        await asyncio.sleep(0)
        happens()

    app.consumer.perform_seek = perform_seek

    async def nothing_to_start() -> None:
        """The fetcher needs a broker."""

    app._fetcher.maybe_start = nothing_to_start
    await app.tables.recovery._resume_streams(generation_id=GENERATION)


async def test_messages_flow_once_it_has_gone_back(app):
    """`TableManager.recovery`, `Recovery._resume_streams`, `Recovery._wait`."""
    assert type(app.tables.recovery) is CurrentRecovery
    assert {"_wait", "resume_flow"} <= names_in(Recovery._resume_streams)
    assign(app)
    await seek_while(app, lambda: None)
    assert flows(app)


async def test_messages_do_not_flow_if_partitions_are_revoked_meanwhile(app):
    assign(app)
    with pytest.raises(RebalanceAgain):
        await seek_while(app, app.on_rebalance_start)
    assert not flows(app)


async def test_messages_do_not_flow_if_there_is_another_assignment_meanwhile(app):
    """That one's recovery lets them flow, once it has gone back itself."""
    assign(app)
    with pytest.raises(RebalanceAgain):
        await seek_while(app, lambda: assign(app))
    assert not flows(app)


async def test_messages_do_not_flow_if_partitions_were_revoked_before_it_went_back(app):
    assign(app)
    app.on_rebalance_start()
    with pytest.raises(RebalanceAgain):
        await seek_while(app, lambda: None)
    assert not flows(app)


async def test_another_rebalance_is_waited_for(app):
    """`Recovery._restart_recovery` catches `RebalanceAgain`, and goes on with the next assignment."""
    assert "RebalanceAgain" in names_in(Recovery._restart_recovery.fun)
