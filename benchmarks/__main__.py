"""`make benchmark`: measure everything, write docs/performance.md, its plot and docs/performance.json.

    python -m benchmarks [PATH ...] [--articles N] [--repeats N] [--only PART ...]

Every figure that is compared comes from one run of this command. The models are
those of the settings (REDEFLUSS_MODEL_DE, REDEFLUSS_QUOTE_MODEL).
"""

import argparse
import asyncio
import statistics
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agents.broker import EmbeddedBroker
from agents.settings import available_cores
from benchmarks.articles import usable
from benchmarks.flood import Flood, Stalled, flood
from benchmarks.latency import latency
from benchmarks.limit import articles_per_second, configuration
from benchmarks.report import Results, write
from benchmarks.systems import PEERS, REDEFLUSS, System
from tests.support.kafka_broker import KafkaBroker

SAMPLES = Path(__file__).parents[1] / "agents" / "cli" / "samples"
PARTS = ("throughput", "peers", "embedded", "latency", "scaling", "partitions")


def say(message: str) -> None:
    """Tell how far it is."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def broker(embedded: bool) -> Iterator[tuple[str, int]]:
    """A broker of its own: address as host:port, and its process id."""
    with EmbeddedBroker(0) if embedded else KafkaBroker() as started:
        assert started.pid is not None
        yield started.address.removeprefix("kafka://"), started.pid


def measured(system: System, values: list[bytes], count: int, *, embedded: bool = False, **environment: str) -> Flood:
    """One backlog through one system on a broker of its own."""
    with broker(embedded) as (address, pid):
        prefix = f"b{uuid.uuid4().hex[:8]}-"
        return asyncio.run(flood(system, address, prefix, values, count, pid, **environment))


def throughput(results: Results, values: list[bytes], count: int, repeats: int, *, peers: bool) -> None:
    """Limit, Redefluss and, if wanted, the peers, taking turns so that a noisy minute hits all."""
    cores = available_cores()
    systems = (REDEFLUSS, *PEERS) if peers else (REDEFLUSS,)
    for turn in range(repeats):
        results.limits.append(articles_per_second(values, count, cores, configuration()))
        say(f"{turn + 1}/{repeats} the limit: {results.limits[-1]:.1f} articles/s")
        for system in systems:
            try:
                got = measured(system, values, count)
            except (Stalled, TimeoutError) as error:
                results.failures[system.name] = str(error) or type(error).__name__
                say(f"{turn + 1}/{repeats} {system.name}: {results.failures[system.name]}")
                continue
            got.limit = results.limits[-1]
            results.floods.setdefault(system.name, []).append(got)
            say(f"{turn + 1}/{repeats} {system.name}: {got.articles_per_second:.1f} articles/s")


def main() -> None:
    """Run the parts wanted and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", default=[str(SAMPLES)], help="articles to multiply; default: the samples")
    parser.add_argument("--articles", type=int, default=600, help="articles in a backlog")
    parser.add_argument("--repeats", type=int, default=3, help="medians are over so many turns")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure")
    args = parser.parse_args()
    values = usable(args.paths, configuration())
    say(f"{len(values)} distinct articles, backlogs of {args.articles}")
    results = Results(articles=args.articles, distinct=len(values), repeats=args.repeats)
    throughput(results, values, args.articles, args.repeats, peers="peers" in args.only)
    ours = statistics.median(got.articles_per_second for got in results.floods[REDEFLUSS.name])
    if "embedded" in args.only:
        results.embedded = measured(REDEFLUSS, values, args.articles, embedded=True)
        say(f"embedded broker: {results.embedded.articles_per_second:.1f} articles/s")
    if "latency" in args.only:
        with broker(embedded=False) as (address, _):
            results.latency = asyncio.run(latency(address, "latency-", values, ours / 2, args.articles // 2))
        say(
            f"idle latency {results.latency.idle_ratio:.2f} x stage times; p99 {results.latency.percentile(0.99):.2f} s"
        )
    if "scaling" in args.only:
        for size in range(1, available_cores() + 1):
            results.by_processes[size] = measured(REDEFLUSS, values, args.articles, REDEFLUSS_PROCESSES=str(size))
            say(f"{size} pool processes: {results.by_processes[size].articles_per_second:.1f} articles/s")
    if "partitions" in args.only:
        for size in (1, 2, 4, 8, 16):
            results.by_partitions[size] = measured(REDEFLUSS, values, args.articles, REDEFLUSS_PARTITIONS=str(size))
            say(f"{size} partitions: {results.by_partitions[size].articles_per_second:.1f} articles/s")
    write(results)


if __name__ == "__main__":
    main()
