"""Latency in the report: percentiles by load, medians by stage and place, and the way of one article as a plot."""

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.journal import Journal
from benchmarks.journeys import HALF_LOAD, IDLE, Journey, from_journal
from benchmarks.places import BESIDE, ON_THE_WAY, PLACES, medians

SHARES = ("p50", "p95", "p99")
TITLES = {IDLE: "nothing else happens", HALF_LOAD: "half of the throughput"}
STAGE_LANE, QUOTE_LANE = 3.0, 1.0
COLOURS = {
    "queue": "#b9c4c9",
    "hand over": "#e0a458",
    "model": "#2f6f8f",
    "publish": "#a23b52",
    "confirm": "#d9a3af",
}


def figures(journal: Journal) -> dict[str, Any]:
    """What the journal's parts `latency` and `places` say; seconds, and milliseconds by place."""
    result: dict[str, Any] = {}
    if lines := journal.of("latency"):
        result["idle_latency_ratio"] = median(line["ratio"] for line in lines)
        result["idle_latency_seconds"] = median(line["idle"] for line in lines)
        loads = {
            load: {
                name: median(line["by_load"][load][name] for line in lines)
                for name in ("articles_per_second", "articles", *SHARES)
            }
            for load in lines[-1]["by_load"]
        }
        result |= {f"{share}_seconds_at_half_load": loads["0.5"][share] for share in SHARES if "0.5" in loads}
        result["latency_by_load"] = {
            load: {"articles_per_second": found["articles_per_second"], "articles": found["articles"]}
            | {f"{share}_seconds": found[share] for share in SHARES}
            for load, found in loads.items()
        }
    if found := _journeys(journal):
        result["latency_by_place"] = {
            load: medians(passage for journey in mine for passage in (*journey.stages, *journey.statements))
            for load, mine in found.items()
        }
        result["latency_outside"] = {load: _outside(mine) for load, mine in found.items()}
    return result


def _outside(journeys: list[Journey]) -> dict[str, float]:
    """Milliseconds that the sender and the receiver add, medians."""
    return {
        "send": 1000 * median(journey.stages[0].arrived - journey.sent for journey in journeys),
        "receive": 1000 * median(journey.received - journey.stages[-1].published for journey in journeys),
    }


def tables(found: dict[str, Any]) -> list[str]:
    """Markdown of both, as far as they were measured."""
    lines = []
    if by_load := found.get("latency_by_load"):
        lines += [
            "",
            "Seconds from sending an article to receiving it (`latency_by_load`), articles sent at a steady rate:",
            "",
            "| share of the throughput | articles a second | articles | median | 95th percentile | 99th percentile |",
            "|---|---|---|---|---|---|",
        ]
        for load, value in by_load.items():
            shares = " | ".join(f"{value[f'{share}_seconds']:.3f}" for share in SHARES)
            rate = f"{value['articles_per_second']:.2f}"
            lines.append(f"| {100 * float(load):.0f} % | {rate} | {value['articles']:.0f} | {shares} |")
    if by_place := found.get("latency_by_place"):
        lines += [
            "",
            "Milliseconds by stage and place (`latency_by_place`), medians: when nothing else happens / at half of the "
            "throughput. Confirmation and commit are not on an article's way.",
            "",
            f"| stage | {' | '.join(ON_THE_WAY)} | beside: {' | beside: '.join(BESIDE)} |",
            f"|---|{'---|' * len(PLACES)}",
        ]
        for stage in by_place[IDLE]:
            cells = (" / ".join(_cell(by_place[load].get(stage, {}), place) for load in TITLES) for place in PLACES)
            lines.append(f"| {stage} | {' | '.join(cells)} |")
        outside = found["latency_outside"]
        both = (" / ".join(f"{outside[load][name]:.1f}" for load in TITLES) for name in ("send", "receive"))
        lines += [
            "",
            "Before the first stage, sending takes {} ms, and after the third, receiving takes {} ms.".format(*both),
            "The plot shows the article whose time is the median; the dashed line is when it was received.",
            "",
            "![The way of one article](latency.svg)",
        ]
    return lines


def _cell(by_place: dict[str, float], place: str) -> str:
    return f"{by_place[place]:.1f}" if place in by_place else "–"


def _journeys(journal: Journal) -> dict[str, list[Journey]]:
    """All of the journal's journeys by load."""
    lines = journal.of("places")
    return {load: [one for line in lines for one in from_journal(line[load])] for load in TITLES} if lines else {}


def typical(journeys: list[Journey]) -> Journey:
    """The one whose time from sending to receipt is the median."""
    return sorted(journeys, key=lambda journey: journey.received - journey.sent)[len(journeys) // 2]


def plot(journal: Journal, path: Path) -> None:
    """Draw the typical article of each load, if there are any."""
    found = _journeys(journal)
    if not found:
        return
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "redefluss"
    from matplotlib import pyplot
    from matplotlib.patches import Patch

    figure, panels = pyplot.subplots(len(found), 1, figsize=(8, 5.5), sharex=True, layout="constrained")
    for axes, (load, journeys) in zip(panels, found.items(), strict=True):
        _draw(axes, typical(journeys))
        axes.set_title(TITLES[load], loc="left", fontsize=10)
    panels[-1].set_xlabel("milliseconds since it was sent")
    handles = [Patch(color=colour, label=place) for place, colour in COLOURS.items()]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _draw(axes: Any, journey: Journey) -> None:
    """A lane for each stage, and a narrow one for each quote in the last."""
    quotes = sorted(journey.statements, key=lambda passage: passage.taken)
    heights = [STAGE_LANE] * len(journey.stages) + [QUOTE_LANE] * len(quotes)
    tops = [sum(heights[:lane]) for lane in range(len(heights))]
    for passage, top, height in zip([*journey.stages, *quotes], tops, heights, strict=True):
        at = 1000 * (passage.arrived - journey.sent)
        for place, colour in COLOURS.items():
            wide = 1000 * max(0.0, passage.places[place])
            axes.barh(top + height / 2, wide, left=at, height=0.75 * height, color=colour)
            at += wide
        if passage.committed is not None and height == STAGE_LANE:
            later = f"committed {passage.committed - passage.confirmed:.1f} s later"
            axes.annotate(later, (at, top + height / 2), (4, 0), textcoords="offset points", va="center", fontsize=7)
    axes.axvline(1000 * (journey.received - journey.sent), color="#888888", linestyle="--", linewidth=1)
    labelled = [(top + STAGE_LANE / 2, passage.stage) for passage, top in zip(journey.stages, tops, strict=False)]
    if quotes:
        middle = (tops[len(journey.stages)] + tops[-1] + QUOTE_LANE) / 2
        labelled.append((middle, f"{quotes[0].stage},\nquote by quote"))
    axes.set_yticks([at for at, _ in labelled], [name for _, name in labelled])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
