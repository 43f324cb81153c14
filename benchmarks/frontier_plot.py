"""The frontier of speed and quality as a plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLOURS = {"ours": "#2f6f8f", "former": "#7aa6bb", "peer": "#a23b52", "estimate": "#888888"}


@dataclass(frozen=True)
class Point:
    """A system on the sealed articles; scores from 0 to 1, None where they are not known.

    Attributes:
        name: as in the table.
        kind: `ours`, `former`, `peer` or `estimate`.
        milliseconds: of processor time for 400 words.
        articles_per_second: that one core would do, without Kafka.
        recall: of quotes.
        precision: of quotes.
        speaker: share of the found quotes whose speaker is right.
        right: F1 of quotes that are found and have the right speaker.
        entities: F1 of names.
    """

    name: str
    kind: str
    milliseconds: float
    articles_per_second: float | None = None
    recall: float | None = None
    precision: float | None = None
    speaker: float | None = None
    right: float | None = None
    entities: float | None = None


def frontier(points: Sequence[Point]) -> list[Point]:
    """Those than which no other is both faster and better, fastest first."""
    found: list[Point] = []
    scored = [at for at in points if at.right is not None]
    for at in sorted(scored, key=lambda at: (at.milliseconds, -(at.right or 0.0))):
        if not found or (at.right or 0.0) > (found[-1].right or 0.0):
            found.append(at)
    return found


def draw(points: Sequence[Point], path: Path) -> None:
    """Write the plot as SVG, the same bytes for the same points."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "redefluss"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    best = frontier(points)
    axes.plot([at.milliseconds for at in best], [at.right or 0.0 for at in best], color="#cccccc", zorder=0)
    for at in points:
        colour = COLOURS[at.kind]
        if at.right is None:
            axes.axvline(at.milliseconds, color=colour, linestyle="--", linewidth=1)
            axes.annotate(
                at.name.replace(": ", ",\n"), (at.milliseconds, 0.02), (-3, 0), xycoords=("data", "axes fraction"),
                textcoords="offset points", rotation=90, fontsize=7, color=colour, va="bottom", ha="right",
            )  # fmt: skip
            continue
        axes.scatter([at.milliseconds], [at.right], color=colour)
        _label(axes, at, colour, above=at in best or at.kind == "former")
    axes.set_xscale("log")
    axes.set_ylim(0, 1)
    axes.margins(x=0.25)
    axes.set_xlabel("milliseconds of processor time for 400 words")
    axes.set_ylabel("quotes found, with the right speaker (F1)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _label(axes: Any, at: Point, colour: str, *, above: bool) -> None:
    """The name over or under the point."""
    axes.annotate(
        at.name.replace("`", ""), (at.milliseconds, at.right), (0, 7 if above else -14), textcoords="offset points",
        fontsize=8, color=colour, ha="right" if at.kind == "peer" and at.milliseconds > 10 else "center",
    )  # fmt: skip
