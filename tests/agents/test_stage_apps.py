"""What the apps of a worker's stages keep, and for how long."""

from pathlib import Path
from typing import Any

import pytest

from agents import stage_apps
from agents.head_start import HeadStart
from agents.publisher import Publisher
from agents.settings import Settings
from agents.stage_apps import StageApps
from agents.state_store import StateStore
from agents.status import WorkerStatus
from agents.topics import specification
from pipeline.stages import STAGES, stage_named


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
    apps = StageApps(settings, head_start=nothing, status=nothing, tracing=nothing)
    apps._restore_state(stage_named("statements"))
    (store,) = apps._state_stores.values()
    assert isinstance(store, StateStore)
    assert [store.keep_seconds, *kept] == [6 * 86_400, 6 * 86_400], "what is dropped here is not read again either"
    apps.close()


@pytest.mark.parametrize(("duplicate_hours", "known_hours"), [(1, 6 * 24), (200, 200)])
def test_an_article_is_known_for_as_long_as_a_new_version_can_change_its_statements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, duplicate_hours: float, known_hours: float
) -> None:
    monkeypatch.setattr(stage_apps.SeenReplica, "start", lambda self: None)
    nothing: Any = None
    settings = Settings(data_dir=tmp_path, statement_days=3, duplicate_hours=duplicate_hours)
    apps = StageApps(settings, head_start=nothing, status=nothing, tracing=nothing)
    apps._follow_seen(stage_named("entities"))
    store = apps._seen_store
    assert store is not None
    assert store.keep_seconds == known_hours * 3600
    topic = specification(settings, "articles.seen").topic_configs
    assert topic["retention.ms"] == str(known_hours * 3_600_000)
    apps.close()


async def test_what_a_stage_remembers_of_articles_is_confirmed_before_it_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for replica in (stage_apps.SeenReplica, stage_apps.StateReplica):
        monkeypatch.setattr(replica, "start", lambda self: None)
    nothing: Any = None
    settings, status = Settings(data_dir=tmp_path), WorkerStatus([stage.name for stage in STAGES], "m")
    publisher = Publisher(settings, embedded=True)
    apps = StageApps(settings, head_start=HeadStart(nothing, lambda: False), status=status, tracing=nothing)
    made = [apps.make(stage, publisher, embedded=True) for stage in STAGES]
    assert [app.stage.name for app in made if app.offsets._remembered == publisher.background_sent] == ["entities"]
    assert [app.stage.name for app in made if app.assignment_listener is not None] == ["entities", "statements"]
    apps.close()


async def test_what_restores_a_state_is_known_by_its_topics_and_stopped_with_the_apps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []

    class Replica(stage_apps.StateReplica):
        def start(self) -> None:
            self.topic_ids["statements"] = "id-1"

        async def stop(self) -> None:
            stopped.extend(self.topic_ids)

    monkeypatch.setattr(stage_apps, "StateReplica", Replica)
    nothing: Any = None
    apps = StageApps(Settings(data_dir=tmp_path), head_start=nothing, status=nothing, tracing=nothing)
    apps._restore_state(stage_named("statements"))
    assert apps.topics_copied() == {("statements", "id-1")}
    await apps.stop_replicas()
    assert stopped == ["statements"]
    assert apps.topics_copied() == set()
    apps.close()
