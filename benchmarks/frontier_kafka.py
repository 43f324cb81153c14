"""The systems of the frontier over Apache Kafka: articles a second, from the raw topic to the finished one.

    python -m benchmarks.frontier_kafka [--former CHECKOUT] [--rounds N] [--articles N]

Each system works off the same backlog, the texts of the corpus' test part, on a broker of its own. The systems take
turns; medians over the rounds count. What is not ours is a plain loop in a process on each core, which has none of what
the stream guarantees. Printed is a Markdown table.
"""

import argparse
import asyncio
import logging
import signal
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.console import note
from benchmarks.flood import Flood, Stalled, flood
from benchmarks.frontier import CORPUS, TIERS, finders
from benchmarks.releases import as_raw
from benchmarks.systems import CORES, REDEFLUSS, Ended, NotUsable, System, former_release, peer
from pipeline.corpus.files import articles_of
from tests.support.kafka_broker import KafkaBroker


@dataclass(frozen=True)
class Setting:
    """A system with the environment variables that choose its models."""

    system: System
    environment: tuple[tuple[str, str], ...] = ()


def settings(former: Path | None) -> list[Setting]:
    """All systems; raises NotUsable if the former release cannot be run."""
    found = []
    for names, quotes in TIERS:
        models = ("REDEFLUSS_MODEL_DE", names), ("REDEFLUSS_QUOTE_MODEL", quotes)
        found.append(Setting(replace(REDEFLUSS, name=f"`{names}`, `{quotes}`"), models))
    if former is not None:
        found.append(Setting(former_release(former), found[0].environment))
    for name, finder in finders().items():
        command = (*peer("quotation_loop"), finder)
        found.append(Setting(System(f"quotation marks and {name}", command, CORES)))
    return found


def measured(setting: Setting, values: list[bytes], count: int) -> Flood:
    """One backlog."""
    with KafkaBroker() as broker:
        address, prefix = broker.address.removeprefix("kafka://"), f"f{uuid.uuid4().hex[:8]}-"
        return asyncio.run(
            flood(setting.system, address, prefix, values, count, broker.pid, **dict(setting.environment))
        )


def row(setting: Setting, floods: list[Flood]) -> str:
    """A row of the table."""
    rate = median(got.articles_per_second for got in floods)
    cpu, memory = median(got.cpu_milliseconds for got in floods), median(got.memory_megabytes for got in floods)
    return f"| {setting.system.name} | {rate:.1f} | {cpu:.1f} | {memory:.0f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--former", type=Path, metavar="CHECKOUT", help="a former release, as one more system")
    parser.add_argument("--rounds", type=int, default=3, help="how often each system does it")
    parser.add_argument("--articles", type=int, default=240, help="articles in a backlog")
    args = parser.parse_args()
    try:
        systems = settings(args.former)
    except NotUsable as error:
        parser.error(str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends as well
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    values = [as_raw(article) for article in articles_of(CORPUS, "test")]
    found: dict[Setting, list[Flood]] = {setting: [] for setting in systems}
    for number in range(args.rounds):
        for setting in list(found):
            try:
                found[setting].append(measured(setting, values, args.articles))
            except (Stalled, Ended, TimeoutError) as error:
                del found[setting]
                note(f"{setting.system.name}: {error!r}")
                continue
            note(f"round {number + 1}, {setting.system.name}: {found[setting][-1].articles_per_second:.1f} articles/s")
    lines = [
        "| | articles a second | processor time for an article, ms | memory of all processes, MB |",
        "|---|---|---|---|",
    ]
    lines += [row(setting, floods) for setting, floods in found.items()]
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
