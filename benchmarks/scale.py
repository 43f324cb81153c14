"""How the stream grows: with workers of a share of the cores each, with processes, partitions, and the backlog.

    python -m benchmarks.scale [--only SERIES …] [--articles N] [--backlogs N …] [--journal FILE] [--report]

Each case runs over an Apache Kafka of its own: first a backlog of articles of the annotated corpus, which gives the
throughput; then the same articles at half of that rate for a while, which gives the latency from sending to receiving.
In the series `workers` and `two`, each worker has one pool process and, once it is warm, a share of the cores that the
kernel's control groups enforce; where these cannot be made, each is bound to a core, which the table says. The tables
are printed in Markdown. `python -m benchmarks.simulation --check FILE` compares the journal with the simulation.
"""

import argparse
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.cases import Case, Measured, measure, measured
from benchmarks.journal import Journal, new_turn
from benchmarks.limit import configuration
from benchmarks.machine_speed import SpeedClock
from benchmarks.releases import CORPUS, corpus_articles
from benchmarks.usage import cores

WORKERS = (1, 2, 4, 8)
PARTITIONS = (1, 2, 4, 8, 16, 32, 64)
SHARE_LEFT_TO_BROKER = 0.2
"""Of all cores, in the series `workers`: for the broker, and for who sends and receives."""
SERIES = {
    "processes": "Pool processes of one worker",
    "partitions": "Partitions, with one worker",
    "workers": "Workers of one pool process each, with a share of the cores",
    "two": "One worker and two, of one pool process each, with a large share of the cores",
    "backlogs": "Backlogs",
    "sink": "With `redefluss sink parquet`",
}
DEFAULT_SERIES = ("processes", "partitions", "workers", "two", "backlogs")
ARTICLES_OF_LEAST_WORKER = 40
DISTINCT = 120
"""Articles of the corpus that are sent again and again: those by which `benchmarks.simulation` measures costs."""


def cases(series: str, articles: int, backlogs: Sequence[int], partitions: Sequence[int]) -> Iterator[Case]:
    """The cases of a series."""
    count = len(cores())
    if series == "processes":
        yield from (Case(processes=number, articles=articles) for number in range(1, count + 1))
    elif series == "partitions":
        yield from (Case(partitions=number, processes=count, articles=articles) for number in partitions)
    elif series == "workers":
        share = count * (1 - SHARE_LEFT_TO_BROKER) / max(WORKERS)
        for number in WORKERS:
            yield Case(number, 1, max(WORKERS), ARTICLES_OF_LEAST_WORKER * number, share)
    elif series == "two":
        share = count * (1 - SHARE_LEFT_TO_BROKER) / 2
        for number in (1, 2):
            yield Case(number, 1, max(WORKERS), articles * number, share)
    elif series == "backlogs":
        yield from (Case(processes=count, articles=number) for number in backlogs)
    else:
        yield from (Case(processes=count, articles=articles, sink=sink) for sink in (False, True))


def table(series: str, found: list[Measured]) -> list[str]:
    """What a series gave, in Markdown; the throughput is compared with that of the first case of its turn."""
    lines = [
        f"**{SERIES[series]}**",
        "",
        "| workers | cores each | pool processes each | partitions | backlog | sink | articles a second "
        "| against the first | the same by worker | latency p50, s | latency p95, s |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    firsts: dict[str, Measured] = {}
    for got in found:
        first = firsts.setdefault(got.turn, got)
        ratio = got.flood.articles_per_second / first.flood.articles_per_second
        by_worker = ratio / (got.case.workers / first.case.workers)
        share = "all" if got.case.share is None else f"{got.case.share:.2f}"
        latencies = ["", ""] if got.steady is None else [f"{got.steady.latency(at):.2f}" for at in (0.5, 0.95)]
        row = [
            got.case.workers, share if got.limited_by != "taskset" else "one, shared", got.case.processes,
            got.case.partitions, f"{got.case.articles:,}", _sink(got),
            f"{got.flood.articles_per_second:.2f}", f"{ratio:.2f}", f"{by_worker:.2f}", *latencies,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(map(str, row))} |")
    how = {got.limited_by for got in found} - {""}
    if how:
        lines += ["", f"The share of a worker is enforced by {' and '.join(sorted(how))}."]
    return [*lines, ""]


def tables(found: list[Measured]) -> list[str]:
    """A table for each series of which something was measured, in Markdown."""
    by_series = ((series, [got for got in found if got.series == series]) for series in SERIES)
    return [line for series, of_series in by_series if of_series for line in table(series, of_series)]


def _sink(got: Measured) -> str:
    """Which, and its processor time for an article."""
    return f"parquet, {1000 * got.sink_seconds / got.case.articles:.1f} ms" if got.case.sink else ""


def main() -> None:
    """Measure what is wanted, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = " ".join(DEFAULT_SERIES)
    parser.add_argument("--only", nargs="+", choices=SERIES, default=DEFAULT_SERIES, help=f"series; default: {default}")
    parser.add_argument("--articles", type=int, default=100, help="articles in a backlog")
    parser.add_argument("--backlogs", type=int, nargs="+", default=[100, 1000], help="sizes in the series `backlogs`")
    parser.add_argument("--partitions", type=int, nargs="+", default=PARTITIONS, help="in the series `partitions`")
    parser.add_argument("--rate-seconds", type=float, default=8.0, help="time at half of the throughput; 0: none")
    parser.add_argument("--journal", type=Path, help="file to add the measurements to; the tables are of all in it")
    parser.add_argument("--report", action="store_true", help="measure nothing: print the tables of a journal")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="annotated corpus whose articles are sent")
    args = parser.parse_args()
    if args.report and (args.journal is None or not args.journal.exists()):
        parser.error("--report needs a --journal that exists")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends as well
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    journal = Journal(args.journal)
    if not args.report:
        values = corpus_articles(args.corpus)[:DISTINCT]
        with SpeedClock(configuration()) as clock:
            for series in args.only:
                turn = new_turn()
                for case in cases(series, args.articles, args.backlogs, args.partitions):
                    said = measure(case, values, journal, clock, series=series, turn=turn, seconds=args.rate_seconds)
                    sys.stderr.write(f"{series}: {said}\n")
    sys.stdout.write("\n".join(tables(list(measured(journal)))) + "\n")


if __name__ == "__main__":
    main()
