"""The systems of the part `throughput` side by side: what each did, cost and lacks."""

from statistics import median
from typing import Any

from benchmarks.comparison import LIMIT
from benchmarks.flood import Flood
from benchmarks.journal import Journal, flood_of
from benchmarks.systems import REDEFLUSS

MEGABYTE = 1_000_000


def by_system(journal: Journal) -> dict[str, dict[str, Any]]:
    """Medians over the turns, by the system's name; the broker's share is in none of them.

    `worker_own_mb` is the memory that no other process shares, of the processes that were started, without those that
    these started themselves. `all_processes_mb` counts shared memory once.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for line in journal.of("throughput"):
        if "flood" in line:
            found.setdefault(line["system"], []).append(line)
    return {name: _medians([flood_of(line) for line in lines], lines[-1]) for name, lines in found.items()}


def _medians(floods: list[Flood], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "articles_per_second": median(got.articles_per_second for got in floods),
        "cpu_milliseconds_per_article": median(got.cpu_milliseconds for got in floods),
        "worker_own_mb": median(
            sum(usage.own_bytes for usage in got.own if usage.role == "worker") / MEGABYTE for got in floods
        ),
        "all_processes_mb": median(got.memory_megabytes for got in floods),
        "lacks": line.get("lacks", ""),
    }


def table(found: dict[str, Any]) -> list[str]:
    """The figures of the report as a Markdown table, a system a row."""
    lines = [
        "| | share of the limit | Redefluss is faster by the factor | lowest and highest of the single turns "
        "| processor time for an article, ms | memory, MB: started processes, all | does not do |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, share in found["shares_of_limit"].items():
        ratio = f"{found['against'][name]:.2f} ×" if name in found["against"] else ""
        turns = found["ratios_by_turn"][LIMIT if name == REDEFLUSS.name else name]
        spread = f"{min(turns):.2f} to {max(turns):.2f}, {len(turns)} turns"
        cost = found["systems"][name]
        lines.append(
            f"| {name} | {share:.2f} | {ratio} | {spread} | {cost['cpu_milliseconds_per_article']:.0f} "
            f"| {cost['worker_own_mb']:.0f}, {cost['all_processes_mb']:.0f} | {cost['lacks']} |"
        )
    return lines
