"""`redefluss evaluate`: how good the stages are, against annotated files."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import orjson
import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode, load_settings
from pipeline.config import PipelineConfig

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True)

Gold = Annotated[Path, typer.Argument(metavar="GOLD", help="the annotated file")]
Predictions = Annotated[Path | None, typer.Option("--predictions", help="write what was predicted, as JSON lines")]
AsJson = Annotated[bool, typer.Option("--json", help="the report as JSON")]
Errors = Annotated[
    int, typer.Option("--errors", min=0, help="show this many of the most frequent kinds of errors, in context")
]
Worst = Annotated[int, typer.Option("--worst", min=0, help="show this many of the worst documents")]


@app.callback()
def one_thread_for_matrices() -> None:
    """Score the stages against annotated files (JSON lines, gzipped or not)."""
    # The matrices are small: with several threads, they take several times as long where other work runs on the cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class EvaluationReport(Protocol):
    """What the scorers give back."""

    def as_json(self) -> Mapping[str, Any]:
        """Scores by row, and what else there is to say."""

    def prediction_rows(self) -> list[dict[str, Any]]:
        """What was predicted, one document a row."""


class Evaluate(Protocol):
    """Scores a stage; `progress` is called with the number of documents done and that of all."""

    def __call__(
        self, gold_path: Path, config: PipelineConfig, /, *, progress: Callable[[int, int], None]
    ) -> EvaluationReport: ...


@app.command("cleaning")
def cleaning(
    gold: Gold,
    *,
    source: Annotated[
        Literal["html", "page_text", "extracted_text"],
        typer.Option("--input", help="which of the gold file's inputs is cleaned"),
    ] = "html",
    predictions: Predictions = None,
    as_json: AsJson = False,
    errors: Errors = 0,
    worst: Worst = 0,
) -> int:
    """Score cleaning: how much of the articles' text is found, and how much that does not belong to them."""
    from pipeline.evaluation.cleaning import evaluate

    return _evaluate(gold, partial(evaluate, source=source), predictions, as_json=as_json, errors=errors, worst=worst)


@app.command("entities")
def entities(gold: Gold, predictions: Predictions = None, as_json: AsJson = False, errors: Errors = 0) -> int:
    """Score names: how many are found with the right bounds and type."""
    from pipeline.evaluation.entities import evaluate

    return _evaluate(gold, evaluate, predictions, as_json=as_json, errors=errors)


@app.command("quotes")
def quotes(
    gold: Gold,
    *,
    predictions: Predictions = None,
    as_json: AsJson = False,
    errors: Errors = 0,
    ablate: Annotated[
        bool,
        typer.Option("--ablate", help="what each rule adds to the records; GOLD is as for `evaluate speakers`"),
    ] = False,
) -> int:
    """Score quotes: how many are found, with their speakers, cues and types."""
    from pipeline.evaluation import ablation
    from pipeline.evaluation.quotes import evaluate

    return _evaluate(gold, ablation.evaluate if ablate else evaluate, predictions, as_json=as_json, errors=errors)


@app.command("speakers")
def speakers(gold: Gold, predictions: Predictions = None, as_json: AsJson = False, errors: Errors = 0) -> int:
    """Score whole articles through all stages: quotes, speakers by full name, and entities."""
    from pipeline.evaluation.speakers import evaluate

    return _evaluate(gold, evaluate, predictions, as_json=as_json, errors=errors)


@app.command("coreference")
def coreference(gold: Gold, predictions: Predictions = None, as_json: AsJson = False) -> int:
    """Score chains of mentions that mean the same, compared with joining each to the nearest earlier match."""
    from pipeline.evaluation.chains import evaluate

    return _evaluate(gold, evaluate, predictions, as_json=as_json)


def _evaluate(
    gold: Path,
    evaluate: Evaluate,
    predictions: Path | None,
    *,
    as_json: bool,
    errors: int = 0,
    worst: int = 0,
) -> int:
    from rich.progress import Progress

    if not gold.is_file():
        raise CommandError(f"{gold}: no such file")
    settings = load_settings()
    if predictions is not None:
        if predictions.exists() and predictions.samefile(gold):
            raise CommandError(f"--predictions: {predictions} is the annotated file")
        predictions.open("ab").close()  # what cannot be written to is told before minutes of work, not after
    err = console.err()
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(gold.name, total=None)
        try:
            report = evaluate(
                gold, settings.pipeline, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
        except ValueError as error:
            raise CommandError(" ".join(str(error).split())) from None
    if predictions is not None:
        lines = (orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in report.prediction_rows())
        predictions.write_bytes(b"".join(lines))
    content = report.as_json()
    if as_json:
        console.write_json(content)
    else:
        _print(content, errors=errors, worst=worst)
    return ExitCode.OK


def _print(content: Mapping[str, Any], *, errors: int, worst: int) -> None:
    from rich.markup import escape

    out = console.out()
    intervals = content.get("intervals") or {"all": content.get("interval")}
    out.print(
        _scores(
            f"Scores over {console.counted(_count(content['documents']), 'document')}", content["scores"], intervals
        )
    )
    for name, value in content.items():
        if isinstance(value, int | float) and name != "documents":
            out.print(f"{name.replace('_', ' ')} {_number(value)}", markup=False)
    for name, scores in {**content.get("by_type", {}), **content.get("by_difficulty", {})}.items():
        out.print(_scores(name, scores, {}))
    if gains := content.get("gains"):
        out.print(_scores("What each rule adds, in points of 100", gains, {}))
    if confusion := content.get("confusion"):
        out.print(_confusion(confusion))
    for error in content.get("errors", ())[:errors]:
        words = ", ".join(
            f"{key} {value}" for key, value in error.items() if key not in {"count", "examples"} and value
        )
        out.print(f"\n[bold]{error['count']} × {escape(words)}[/bold]")
        for example in error["examples"]:
            out.print(f"  {example}", markup=False)
    if worst and isinstance(content["documents"], Mapping):
        ranked = sorted(content["documents"].items(), key=lambda item: (item[1]["f1"], item[0]))
        out.print(_scores("Worst documents", dict(ranked[:worst]), {}))


def _count(documents: Any) -> int:
    return documents if isinstance(documents, int) else len(documents)


def _scores(title: str, scores: Mapping[str, Mapping[str, float]], intervals: Mapping[str, Any]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    columns = list(dict.fromkeys(column for row in scores.values() for column in row))
    table = Table(
        title=escape(title), title_justify="left", box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0)
    )
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    table.add_column("95 % of f1" if any(intervals.values()) else "")
    for name, row in scores.items():
        bounds = intervals.get(name)
        cells = [_number(row.get(column)) for column in columns]
        table.add_row(escape(name), *cells, "" if not bounds else f"{bounds[0]:.3f} – {bounds[1]:.3f}")
    return table


def _confusion(confusion: Mapping[str, Mapping[str, int]]) -> "Table":
    from rich.table import Table

    predicted = list(dict.fromkeys([*confusion, *(name for row in confusion.values() for name in row)]))
    table = Table(title="Gold by predicted", title_justify="left", box=None, header_style="dim", pad_edge=False)
    table.add_column("")
    for name in predicted:
        table.add_column(name, justify="right")
    for name, row in confusion.items():
        table.add_row(name, *(str(row.get(column, 0)) for column in predicted))
    return table


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)
