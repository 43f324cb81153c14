"""Speed against quality: our settings, a former release, and what one would build instead, on the sealed articles.

    python -m benchmarks.frontier [--former CHECKOUT] [--rounds N] [--articles N]

Each system gets the corpus' test part in a process and on a thread of its own, after articles of the development part
that warm it up. Processor time is that of all its processes, from the raw article to the record, without Kafka; the
median of the rounds counts, in which the systems take turns. The scores are those of `redefluss evaluate speakers`.
Printed is a Markdown table; docs/frontier.svg is drawn of it. CHECKOUT is as for `python -m benchmarks`.

Of a system whose weights cannot be had, the time alone is given: that of an encoder of BERT-base size with random
weights, for as many word pieces as our own vocabulary of German makes of the same texts.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import spacy

from agents.pool.fork_server_client import SINGLE_THREADED
from benchmarks import frontier_plot
from benchmarks.console import note
from benchmarks.environments import Unusable, installed
from benchmarks.frontier_plot import Point
from benchmarks.systems import ROOT, NotUsable, former_release
from pipeline.corpus.convert import speakers_row
from pipeline.corpus.files import articles_of
from pipeline.encoder.pieces import PieceTokenizer
from pipeline.evaluation.speakers import SpeakerReport, add
from pipeline.models.catalogue import DATA

CORPUS = ROOT / "corpus"
WARM_UP_ARTICLES = 20
WORDS = 400
PIECES_A_WINDOW, ENCODER_REPEATS = 300, 15
ENCODER_NEEDS = ("onnx==1.23.2", "onnxruntime==1.32.0", "numpy>=2.1,<3")
TIERS = (
    ("redefluss", "redefluss"),
    ("redefluss-fast", "redefluss-fast"),
    ("rules", "rules"),
)


@dataclass(frozen=True)
class Candidate:
    """A system: its name, whose it is (`ours`, `former`, `peer`), and its process."""

    name: str
    kind: str
    command: tuple[str, ...]
    root: Path = ROOT


def candidates(former: Path | None) -> list[Candidate]:
    """All systems; raises NotUsable if the former release cannot be run."""
    runner = ("-P", str(ROOT / "benchmarks" / "article_run.py"))
    found = [
        Candidate(
            f"`{entities}`, `{quotes}`", "ours", (sys.executable, *runner, "--entities", entities, "--quotes", quotes)
        )
        for entities, quotes in TIERS
    ]
    if former is not None:
        release = former_release(former)
        command = (release.python, *runner, "--entities", "redefluss", "--quotes", "redefluss")
        found.append(Candidate(release.name, "former", command, release.root or ROOT))
    peer = (sys.executable, "-m", "benchmarks.peers.quotation_marks")
    peers = (Candidate(f"quotation marks and {name}", "peer", (*peer, finder)) for name, finder in finders().items())
    return [*found, *peers]


def finders() -> dict[str, str]:
    """What finds names for one who has no models of ours, by its name in the table."""
    found = {"words in capitals": "capitalised", "Stanford CoreNLP, German": "corenlp"}
    return found | {f"spaCy, {name}": name for name in spacy.util.get_installed_models() if name.startswith("de_")}


def run(candidate: Candidate, articles: bytes) -> tuple[dict[str, Any], float]:
    """What a system makes of the articles that count, by name, and its seconds of processor time.

    Raises:
        Unusable: it cannot be had, or it fails.
    """
    environment = dict(os.environ) | SINGLE_THREADED | {"PYTHONPATH": str(candidate.root)}
    done = subprocess.run(candidate.command, input=articles, capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise Unusable(lines[-1])
    *records, used = map(orjson.loads, done.stdout.splitlines())
    return {line["name"]: line["record"] for line in records}, float(used["cpu_seconds"])


def to_run(warm: Iterable[dict[str, Any]], gold: Iterable[dict[str, Any]]) -> bytes:
    """Articles as the systems read them."""
    rows = [(row, False) for row in warm] + [(row, True) for row in gold]
    return b"".join(
        orjson.dumps({"name": row["name"], "text": row["text"], "counts": counts}) + b"\n" for row, counts in rows
    )


def point(
    candidate: Candidate, gold: Sequence[dict[str, Any]], records: dict[str, Any], cpu_seconds: Sequence[float]
) -> Point:
    """A system's place on the frontier.

    Raises:
        Unusable: it gave nothing out for an article.
    """
    report = SpeakerReport()
    for row in gold:
        if row["name"] not in records:
            raise Unusable("it gave nothing out for an article")
        add(report, row, records[row["name"]])
    scores, used = report.scores, statistics.median(cpu_seconds)
    return Point(
        name=candidate.name,
        kind=candidate.kind,
        milliseconds=1000 * used * WORDS / sum(len(row["text"].split()) for row in gold),
        articles_per_second=len(gold) / used,
        recall=scores["quotes"]["recall"],
        precision=scores["quotes"]["precision"],
        speaker=scores["speaker"]["precision"],
        right=scores["end to end"]["f1"],
        entities=scores["entities"]["f1"],
    )


def measured(gold: Sequence[dict[str, Any]], articles: bytes, systems: Sequence[Candidate], rounds: int) -> list[Point]:
    """A point for each system that can be had; the others are named on standard error."""
    used: dict[Candidate, list[float]] = {system: [] for system in systems}
    made: dict[Candidate, dict[str, Any]] = {}
    for number in range(rounds):
        for system in list(used):
            try:
                made[system], seconds = run(system, articles)
            except Unusable as error:
                del used[system]
                note(f"{system.name}: {error}")
                continue
            used[system].append(seconds)
            note(f"round {number + 1}, {system.name}: {seconds:.1f} s of processor time")
    return [point(system, gold, made[system], used[system]) for system in used]


def encoder(gold: Sequence[dict[str, Any]]) -> list[Point]:
    """The time of an encoder of BERT-base size; nothing else is known of it."""
    tokenize = PieceTokenizer(DATA / "encoder" / "pieces.json")
    pieces = sum(len(tokenize(row["text"])) for row in gold)
    words = sum(len(row["text"].split()) for row in gold)
    script = ROOT / "benchmarks" / "encoder_time.py"
    try:
        python = installed("encoder", ENCODER_NEEDS)
        command = [str(python), "-P", str(script), str(PIECES_A_WINDOW), str(ENCODER_REPEATS)]
        done = subprocess.run(command, capture_output=True, env=dict(os.environ) | SINGLE_THREADED, check=True)
    except (Unusable, subprocess.CalledProcessError) as error:
        note(f"encoder: {error}")
        return []
    share = pieces / words * WORDS / PIECES_A_WINDOW
    return [
        Point(f"encoder of BERT-base size, {precision}: time alone, estimated", "estimate", took * share)
        for precision, took in orjson.loads(done.stdout).items()
    ]


def table(points: Iterable[Point]) -> list[str]:
    """Markdown."""
    lines = [
        "| | processor time for 400 words, ms | articles a second and core | recall | precision | speaker "
        "| found and right | entities |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for at in points:
        rate = "" if at.articles_per_second is None else f"{at.articles_per_second:.1f}"
        scores = (at.recall, at.precision, at.speaker, at.right, at.entities)
        cells = ("" if score is None else f"{score:.3f}".removeprefix("0") for score in scores)
        lines.append(
            f"| {at.name} | {at.milliseconds:.{0 if at.milliseconds >= 10 else 1}f} | {rate} | {' | '.join(cells)} |"
        )
    return lines


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--former", type=Path, metavar="CHECKOUT", help="a former release, as one more system")
    parser.add_argument("--rounds", type=int, default=3, help="how often each system does it")
    parser.add_argument("--articles", type=int, help="of the test part, so many; default: all")
    args = parser.parse_args()
    try:
        systems = candidates(args.former)
    except NotUsable as error:
        parser.error(str(error))
    gold = [speakers_row(article) for article in articles_of(CORPUS, "test")][: args.articles]
    warm = [speakers_row(article) for article in articles_of(CORPUS, "dev")][:WARM_UP_ARTICLES]
    points = measured(gold, to_run(warm, gold), systems, args.rounds) + encoder(gold)
    words = sum(len(row["text"].split()) for row in gold) / len(gold)
    heading = f"{len(gold)} articles of {words:.0f} words on average, {args.rounds} rounds"
    sys.stdout.write("\n".join([heading, "", *table(points), ""]))
    frontier_plot.draw(points, ROOT / "docs" / "frontier.svg")


if __name__ == "__main__":
    main()
