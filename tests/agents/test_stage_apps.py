"""What the apps of a worker's stages keep, and for how long."""

from pathlib import Path
from typing import Any

import pytest

from agents import stage_apps
from agents.settings import Settings
from agents.stage_apps import StageApps
from agents.state_store import StateStore
from pipeline.stages import stage_named


def test_a_statement_is_known_for_as_long_again_after_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[float | None] = []

    class Replica(stage_apps.StateReplica):
        def start(self) -> None:
            kept.append(self._keep_seconds)

    monkeypatch.setattr(stage_apps, "StateReplica", Replica)
    nothing: Any = None
    settings = Settings(_env_file=None, data_dir=tmp_path, statement_days=3)  # type: ignore[call-arg]
    apps = StageApps(settings, perform=nothing, status=nothing, tracing=nothing)
    apps._restore_state(stage_named("statements"))
    (store,) = apps._state_stores.values()
    assert isinstance(store, StateStore)
    assert [store.keep_seconds, *kept] == [6 * 86_400, 6 * 86_400], "what is dropped here is not read again either"
    apps.close()
