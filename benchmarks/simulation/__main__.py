"""A discrete-event simulation of the stream, for sizes that no single machine can measure.

    python -m benchmarks.simulation --measure [--parameters FILE]      # what everything costs; about three minutes
    python -m benchmarks.scale --journal JOURNAL                       # real runs
    python -m benchmarks.simulation --check JOURNAL                    # both beside each other
    python -m benchmarks.simulation --plan [--per-day N …] [--worker-cores N] [--price X]
    python -m benchmarks.simulation --document JOURNAL                 # all tables, into docs/measurements/scale.md

The parameters are measured, none is guessed; their file says where each is from. All of it wants a machine on which
nothing else runs.
"""

import argparse
import logging
import signal
import sys
from pathlib import Path

from benchmarks.cases import Measured, measured
from benchmarks.console import note
from benchmarks.flood import Stalled
from benchmarks.journal import Journal
from benchmarks.releases import CORPUS, corpus_articles
from benchmarks.scale import DISTINCT, tables
from benchmarks.simulation import check, page, plan
from benchmarks.simulation.costs import Costs, read
from benchmarks.simulation.measure import measure
from benchmarks.systems import Ended

PER_DAY = (100_000, 1_000_000, 10_000_000)


def _costs(path: Path) -> Costs:
    try:
        return read(path)
    except (OSError, ValueError) as error:
        sys.exit(f"no parameters: {error}")


def _cases(path: Path) -> list[Measured]:
    try:
        found = list(measured(Journal(path)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{path} is no journal of benchmarks.scale: {error!r}")
    if not found:
        sys.exit(f"{path} has no cases: write them with python -m benchmarks.scale --journal {path}")
    return found


def main() -> None:
    """Do what is asked for, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--measure", action="store_true", help="measure the parameters, and write their file")
    what.add_argument("--check", type=Path, metavar="JOURNAL", help="simulate the cases of a journal beside them")
    what.add_argument("--document", type=Path, metavar="JOURNAL", help="write all tables into the page on scale")
    what.add_argument("--plan", action="store_true", help="what a number of articles a day needs")
    parser.add_argument(
        "--parameters", type=Path, default=Path("simulation.json"), help="their file; default: %(default)s"
    )
    parser.add_argument("--articles", type=int, default=DISTINCT, help="articles that parameters are measured with")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="annotated corpus whose articles are taken")
    parser.add_argument("--per-day", type=float, nargs="+", default=PER_DAY, help="articles a day in the plan")
    parser.add_argument("--worker-cores", type=int, default=4, help="cores of a worker in the plan")
    parser.add_argument("--price", type=float, help="of a core hour, for the plan")
    parser.add_argument("--currency", default="EUR", help="of the price")
    args = parser.parse_args()
    if min(args.per_day) <= 0 or args.worker_cores < 1:
        parser.error("--per-day and --worker-cores need numbers above 0")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends as well
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that were just made have no leader yet
    if args.measure:
        try:
            measure(corpus_articles(args.corpus)[: args.articles], note).write(args.parameters)
        except (Stalled, Ended, TimeoutError, ValueError) as error:
            sys.exit(f"not measured: {str(error) or type(error).__name__}")
        note(f"{args.parameters} has the parameters")
        return
    costs = _costs(args.parameters)
    journal = args.check or args.document
    cases = _cases(journal) if journal else []
    made: dict[str, list[str]] = {}
    if journal:
        comparable = [got for got in cases if check.comparable(got, costs.measured["cores"])]
        made["checked"] = check.table(list(check.compare(comparable, costs)), len(cases) - len(comparable))
    if args.plan or args.document:
        plans = list(plan.plans(costs, args.per_day, args.worker_cores))
        made["planned"] = plan.table(plans, args.price, args.currency)
    if args.document:
        made["measured"] = tables(cases)
        page.PAGE.write_text(page.filled(page.PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
        note(f"{page.PAGE} has the tables")
    else:
        sys.stdout.write("\n".join(line for lines in made.values() for line in lines) + "\n")


if __name__ == "__main__":
    main()
