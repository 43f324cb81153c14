"""Which permissions the stages, the web view and the commands need on the cluster: what they ask for, and no more."""

from collections.abc import Iterable

from agents.permissions import Need, Operation
from agents.settings import Settings
from agents.topics import REPLAYED_TOPIC, SEEN_TOPIC, WORKERS_TOPIC
from pipeline.stages import DEAD_LETTER_TOPIC, FINISHED_TOPIC, STAGES, STATEMENTS_TOPIC, Stage, follows_deduplication


def on_topics(settings: Settings, operation: Operation, *names: str) -> list[Need]:
    """The operation on each of the topics (without prefix)."""
    return [Need(operation, "topic", settings.topic(name)) for name in names]


def of_stages(settings: Settings, stages: Iterable[Stage]) -> list[Need]:
    """What a worker of these stages cannot do without."""
    needs = []
    for stage in stages:
        reads = {stage.source}
        writes = {*(output.topic for output in stage.outputs), DEAD_LETTER_TOPIC}
        if stage.stateful:
            reads.add(stage.target)
        if stage.deduplicates and settings.duplicate_hours:
            reads.add(SEEN_TOPIC)
        if stage.deduplicates or follows_deduplication(stage):
            writes.add(SEEN_TOPIC)
        needs += on_topics(settings, "READ", *reads)
        needs += on_topics(settings, "WRITE", *writes)
        needs.append(Need("READ", "group", settings.group(stage.name)))
    return needs


def of_reports(settings: Settings) -> list[Need]:
    """What a worker needs so that the pages of others show it."""
    return on_topics(settings, "WRITE", WORKERS_TOPIC)


def of_web_view(settings: Settings) -> list[Need]:
    """What the pages need to show the whole stream, wherever its stages run."""
    shown = (FINISHED_TOPIC, STATEMENTS_TOPIC, DEAD_LETTER_TOPIC, REPLAYED_TOPIC, WORKERS_TOPIC)
    return [
        *on_topics(settings, "READ", *dict.fromkeys((*shown, *(stage.source for stage in STAGES)))),
        *of_reports(settings),
        *(Need("DESCRIBE", "group", settings.group(stage.name)) for stage in STAGES),
    ]


def topics_of(settings: Settings, needs: Iterable[Need]) -> list[str]:
    """The topics (without prefix) that needs are about, each once."""
    names = (need.name.removeprefix(settings.topic_prefix) for need in needs if need.kind == "topic")
    return list(dict.fromkeys(names))
