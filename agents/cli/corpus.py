"""`redefluss corpus`: annotated articles, checked, counted, converted, compared, joined with their texts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(help="Annotated articles: check, count, convert and compare them.", no_args_is_help=True)

Articles = Annotated[Path, typer.Argument(metavar="FOLDER", help="the corpus, or a folder or file of articles")]
AsJson = Annotated[bool, typer.Option("--json", help="the figures as JSON")]
Format = Literal["entities", "quotes", "speakers", "chains", "spacy", "conll"]


@app.command("check")
def check(paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="articles, or folders of them")]) -> int:
    """Name every mistake of annotation as FILE:LINE: message; exit code 1 if there are any."""
    from pipeline.corpus.files import article_files, mistakes

    files = [file for path in paths for file in ([path] if _existing(path).is_file() else article_files(path))]
    if not files:
        raise CommandError(f"{paths[0]}: no articles (files that end in .txt)")
    wrong: set[Path] = set()
    for path, problem in mistakes(files):
        wrong.add(path)
        typer.echo(f"{path}:{problem.line}: {problem.message}".translate(console.HARMLESS))
    articles = console.counted(len(files), "article")
    console.note(f"{articles}, {len(wrong)} with mistakes" if wrong else f"{articles}, no mistakes")
    return ExitCode.INCOMPLETE if wrong else ExitCode.OK


@app.command("stats")
def stats(
    folder: Articles,
    *,
    beside: Annotated[
        list[Path] | None, typer.Option("--beside", help="other texts to compare with (JSON lines with `text`)")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Count articles, quotes and mentions by kind, and measure how varied the texts are."""
    from pipeline.corpus import statistics
    from pipeline.corpus.files import read_folder
    from pipeline.evaluation.gold import read_rows

    articles = list(read_folder(_existing(folder)))
    others = {path.name: [row["text"] for row in read_rows(_existing(path), ("text",))] for path in beside or ()}
    if wrong := [name for name, texts in others.items() if not all(isinstance(text, str) for text in texts)]:
        raise CommandError(f"{wrong[0]}: a text is no string")
    content = statistics.report(articles, others)
    if as_json:
        console.write_json(content)
        return ExitCode.OK
    for title, rows in content.items():
        console.out().print(_table(title, rows), "")
    return ExitCode.OK


@app.command("convert")
def convert(
    folder: Articles,
    *,
    to: Annotated[
        Format, typer.Option("--to", help="rows for `redefluss evaluate`, spaCy's DocBin, or CoNLL's coreference")
    ],
    output: Annotated[Path, typer.Option("--output", help="the file to write; rows are gzipped if it ends in .gz")],
    part: Annotated[
        Literal["train", "dev", "test"] | None, typer.Option("--part", help="only this part of the corpus")
    ] = None,
) -> int:
    """Write the articles in another format."""
    from pipeline.corpus import convert as formats
    from pipeline.corpus.files import articles_of, read_folder
    from pipeline.corpus.standoff import write_rows

    if output.exists() and output.samefile(_existing(folder)):
        raise CommandError(f"--output: {output} is the annotated file")
    articles = list(articles_of(_existing(folder), part) if part else read_folder(_existing(folder)))
    if not articles:
        raise CommandError(f"{folder}: no articles of the part {part}")
    rows: Mapping[str, Callable[[Any], dict[str, Any]]] = {
        "entities": formats.entities_row,
        "quotes": formats.quotes_row,
        "speakers": formats.speakers_row,
        "chains": formats.chains_row,
    }
    if to in rows:
        write_rows(output, map(rows[to], articles))
    elif to == "conll":
        lines = (line for article in articles for line in formats.conll_lines(article))
        output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    else:
        from pipeline.corpus.spacy_docs import doc_bin

        doc_bin(articles).to_disk(output)
    console.note(f"{console.counted(len(articles), 'article')} in {output}")
    return ExitCode.OK


@app.command("agree")
def agree(
    first: Annotated[Path, typer.Argument(metavar="A", help="articles with one annotation")],
    second: Annotated[Path, typer.Argument(metavar="B", help="the same articles with another annotation")],
    *,
    as_json: AsJson = False,
) -> int:
    """Measure how far two annotations of the same articles agree, over all and by difficulty."""
    from pipeline.corpus.agreement import compare_folders

    report = compare_folders(_existing(first), _existing(second))
    if report.alone:
        console.note(f"{console.counted(len(report.alone), 'article')} in one of them alone: {_listed(report.alone)}")
    if as_json:
        console.write_json(report.as_rows())
    else:
        console.out().print(_table("Agreement", report.as_rows()))
    return ExitCode.OK


@app.command("join")
def join(
    standoff: Annotated[Path, typer.Argument(metavar="STANDOFF", help="annotation without its texts")],
    texts: Annotated[
        Path, typer.Argument(metavar="TEXTS", help="JSON lines with `name` and `text`, `gold` (paragraphs) or `html`")
    ],
    *,
    output: Annotated[Path, typer.Option("--output", help="the folder for the articles")],
) -> int:
    """Put annotation and texts together; exit code 1 if a text is missing, or is not the annotated one."""
    from pipeline.corpus.standoff import FIELDS, StandoffError, from_standoff, read_sources, text_of
    from pipeline.corpus.writer import write_article
    from pipeline.evaluation.gold import read_rows

    rows, by_name = read_rows(_existing(standoff), FIELDS), read_sources(_existing(texts))
    output.mkdir(parents=True, exist_ok=True)
    joined = 0
    for row in rows:
        if row["name"] not in by_name:
            console.note(f"{row['id']}: {texts} has no text {row['name']!r}")
            continue
        try:
            article = from_standoff(row, text_of(row, by_name[row["name"]]))
        except StandoffError as error:
            console.note(str(error))
            continue
        (output / f"{Path(article.id).name}.txt").write_text(write_article(article), encoding="utf-8")
        joined += 1
    console.note(f"{joined} of {console.counted(len(rows), 'article')} in {output}")
    return ExitCode.OK if joined == len(rows) else ExitCode.INCOMPLETE


def _existing(path: Path) -> Path:
    if not path.exists():
        raise CommandError(f"{path}: no such file or folder")
    return path


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def _table(title: str, rows: Mapping[str, Mapping[str, Any]]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    columns: Iterable[str] = dict.fromkeys(column for row in rows.values() for column in row)
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    for name, row in rows.items():
        table.add_row(escape(name), *(_cell(row.get(column)) for column in columns))
    return table


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else console.plain(value)
