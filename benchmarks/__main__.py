"""`make benchmark`: measure everything, write docs/performance-figures.md, its plots and docs/performance.json.

    python -m benchmarks [PATH ...] [--articles N] [--repeats N] [--only PART ...] [--systems NAME ...]
                         [--former CHECKOUT] [--journal FILE]

What is compared with each other is measured in one turn. With a journal, turns and parts can be measured at different
times; the report is made of all that stand in it. The models are those of the settings (REDEFLUSS_MODEL_DE,
REDEFLUSS_QUOTE_MODEL). CHECKOUT is a working tree of a former release with an environment of its own (`git worktree add
CHECKOUT COMMIT`, then `make install` there); it takes turns with the other alternatives.
"""

import argparse
import asyncio
import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.articles import usable
from benchmarks.console import note
from benchmarks.flood import Flood, Stalled, flood
from benchmarks.journal import Journal, as_line, new_turn
from benchmarks.journeys import as_journal, journeys
from benchmarks.latency import latency
from benchmarks.limit import articles_per_second, configuration
from benchmarks.releases import CORPUS, broker_of_its_own, corpus_articles
from benchmarks.report import figures, write
from benchmarks.systems import PEERS, REDEFLUSS, WORKER, Ended, NotUsable, System, former_release
from benchmarks.usage import cores

PARTS = ("throughput", "embedded", "latency", "places", "processes", "partitions", "workers", "cores", "stage")
REPEATED = ("throughput", "cores")
PARTITIONS = (1, 2, 4, 8, 16)
LOADS = (0.25, 0.5, 0.75, 0.9)
HALF = 0.5
ONE_EACH = {"REDEFLUSS_PROCESSES": "1"}


def measured(
    system: System, values: list[bytes], count: int, environment: Mapping[str, str], *, embedded: bool = False
) -> Flood:
    """One backlog through one system on a broker of its own."""
    with broker_of_its_own(embedded=embedded) as (address, pid):
        prefix = f"b{uuid.uuid4().hex[:8]}-"
        return asyncio.run(flood(system, address, prefix, values, count, pid, **environment))


class Suite:
    """The parts that can be measured, each into the journal."""

    def __init__(self, journal: Journal, values: list[bytes], count: int, peers: tuple[System, ...]) -> None:
        self._journal = journal
        self._values = values
        self._count = count
        self._peers = peers

    def throughput(self) -> None:
        """Redefluss before and after each of the others, so that a noisy minute hits both."""
        turn = new_turn()
        self._flood("throughput", turn, REDEFLUSS, REDEFLUSS.name)
        self._limit(turn)
        self._flood("throughput", turn, REDEFLUSS, REDEFLUSS.name)
        for peer in self._peers:
            self._flood("throughput", turn, peer, peer.name)
            self._flood("throughput", turn, REDEFLUSS, REDEFLUSS.name)

    def embedded(self) -> None:
        """Redefluss on the embedded broker, beside the limit."""
        turn = new_turn()
        limit = self._limit(turn)
        got = measured(REDEFLUSS, self._values, self._count, {}, embedded=True)
        self._journal.add("embedded", turn, system=REDEFLUSS.name, flood=as_line(got))
        note(f"embedded broker: {got.articles_per_second:.2f} articles/s of {limit:.2f}")

    def latency(self) -> None:
        """One article alone, and many at shares of the throughput measured before."""
        with broker_of_its_own(embedded=False) as (address, _):
            got = asyncio.run(latency(address, "latency-", self._values, self._rates(LOADS), self._count))
        by_load = {str(share): got.percentiles(share) for share in LOADS}
        self._journal.add("latency", new_turn(), idle=got.idle_seconds, ratio=got.idle_ratio, by_load=by_load)
        tails = ", ".join(f"{float(share):.0%}: {found['p99']:.2f} s" for share, found in by_load.items())
        note(f"idle latency {got.idle_ratio:.2f} x stage times; 99th percentile by load: {tails}")

    def places(self) -> None:
        """Where an article's time goes, alone and at half of the throughput measured before."""
        with broker_of_its_own(embedded=False) as (address, _):
            got = asyncio.run(journeys(address, "places-", self._values, self._rates((HALF,))[HALF], self._count // 2))
        self._journal.add("places", new_turn(), **{load: as_journal(found) for load, found in got.items()})
        note(f"places: {', '.join(f'{len(found)} articles {load}' for load, found in got.items())}")

    def processes(self) -> None:
        """One worker with one pool process, then with one for each core."""
        turn = new_turn()
        for size in range(1, len(cores()) + 1):
            self._flood("processes", turn, REDEFLUSS, size, REDEFLUSS_PROCESSES=str(size))

    def partitions(self) -> None:
        """One worker on topics of few and many partitions."""
        turn = new_turn()
        for size in PARTITIONS:
            self._flood("partitions", turn, REDEFLUSS, size, REDEFLUSS_PARTITIONS=str(size))

    def workers(self) -> None:
        """One to four workers of one pool process each, on whatever cores there are."""
        turn = new_turn()
        for size in range(1, 5):
            self._flood("workers", turn, System(f"{size} workers", WORKER, size), size, **ONE_EACH)

    def cores(self) -> None:
        """One worker on one core, then one on each core; broker and senders on all of them."""
        turn = new_turn()
        for size in (1, len(cores())):
            system = System(f"{size} workers", WORKER, size, tuple(cores()[:size]))
            self._flood("cores", turn, system, size, **ONE_EACH)

    def stage(self) -> None:
        """A worker for all stages on one core, then a second one beside it that runs the last stage alone."""
        turn = new_turn()
        first, second, *_ = cores()
        alone = System("all stages", WORKER, 1, (first,))
        helped = System("and the last stage", WORKER, 2, (first, second), ((), ("--stage", "quotes")))
        for system in (alone, helped):
            self._flood("stage", turn, system, system.name, **ONE_EACH)

    def _rates(self, shares: Sequence[float]) -> dict[float, float]:
        """Articles a second at shares of the throughput measured before."""
        whole = figures(self._journal).get("articles_per_second")
        if whole is None:
            raise SystemExit("how fast articles may come follows from the part throughput, which is not in the journal")
        return {share: share * float(whole) for share in shares}

    def _limit(self, turn: str) -> float:
        limit = articles_per_second(self._values, self._count, len(cores()), configuration())
        self._journal.add("limit", turn, articles_per_second=limit)
        note(f"the limit: {limit:.2f} articles/s")
        return limit

    def _flood(self, part: str, turn: str, system: System, case: str | int, **environment: str) -> None:
        try:
            got = measured(system, self._values, self._count, environment)
        except (Stalled, Ended, TimeoutError) as error:
            why = str(error) or type(error).__name__
            self._journal.add(part, turn, system=system.name, case=case, failed=why)
            note(f"{part} {case}: {why}")
            return
        self._journal.add(part, turn, system=system.name, case=case, lacks=system.lacks, flood=as_line(got))
        note(f"{part} {case}: {got.articles_per_second:.2f} articles/s")


def main() -> None:
    """Measure what is wanted and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", help="articles to multiply; default: those of the corpus, each once")
    parser.add_argument("--articles", type=int, default=240, help="articles in a backlog")
    parser.add_argument(
        "--repeats", type=int, default=5, help=f"turns of {' and '.join(REPEATED)}; medians are over them"
    )
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="parts to measure; none: report alone")
    parser.add_argument("--systems", nargs="+", metavar="NAME", help="alternatives that begin so; default: all")
    parser.add_argument("--former", type=Path, metavar="CHECKOUT", help="a former release, as one more alternative")
    parser.add_argument("--journal", type=Path, help="file to add the measurements to; default: none is kept")
    args = parser.parse_args()
    peers = tuple(
        peer
        for peer in PEERS
        if args.systems is None or any(peer.name.lower().startswith(name.lower()) for name in args.systems)
    )
    try:
        former = () if args.former is None else (former_release(args.former),)
    except NotUsable as error:
        parser.error(str(error))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    journal = Journal(args.journal)
    values = usable(args.paths, configuration()) if args.paths else corpus_articles(CORPUS)
    note(f"{len(values)} distinct articles, backlogs of {args.articles}")
    suite = Suite(journal, values, args.articles, (*former, *peers))
    for part in args.only:
        for _ in range(args.repeats if part in REPEATED else 1):
            getattr(suite, part)()
    write(journal)


if __name__ == "__main__":
    main()
