"""`redefluss train`: the recipes that the shipped models came from."""

from pathlib import Path
from typing import Annotated

import typer

from agents.cli import console
from agents.cli.errors import ExitCode
from pipeline.models.catalogue import DATA as MODELS_FOLDER
from pipeline.training import RECIPES, require_packages

app = typer.Typer(help="Train the models anew, from the recipes of the project or your own.", no_args_is_help=True)

Data = Annotated[Path, typer.Argument(metavar="DATA", help="the folder with the texts to learn from")]
CorpusFolder = Annotated[Path, typer.Option("--corpus", help="the annotated corpus")]
OutputFolder = Annotated[Path, typer.Option("--output", help="folder for checkpoints and the model")]
RecipeFile = Annotated[Path | None, typer.Option("--recipe", help="a recipe of your own (TOML)")]
Resume = Annotated[bool, typer.Option("--resume", help="continue from the last checkpoint in the output folder")]

SHIPPED = MODELS_FOLDER / "reader"


@app.command("entities")
def entities(
    data: Data,
    output: Annotated[Path, typer.Option("--output", help="new folder for the model")],
    corpus: CorpusFolder = Path("corpus"),
    reader: Annotated[Path, typer.Option("--reader", help="folder of the reader whose layer is fitted")] = SHIPPED,
) -> int:
    """Train the layer of a reader that labels names, from annotated names; the rest of the reader stays as it is."""
    from pipeline.training.name_head import train

    train(data, corpus, reader, output, console.note)
    console.note(f"to use this model, set REDEFLUSS_MODEL_DE={output} and REDEFLUSS_QUOTE_MODEL={output}")
    return ExitCode.OK


@app.command("quotes")
def quotes(
    data: Data,
    output: OutputFolder,
    corpus: CorpusFolder = Path("corpus"),
    recipe: RecipeFile = None,
    resume: Resume = False,
) -> int:
    """Train a reader of names, mentions, quotes and speakers, from the corpus and a folder with annotated names."""
    require_packages()
    from pipeline.training.reader import train

    train(recipe or RECIPES / "reader.toml", data, corpus, output, resume=resume, console=console.err())
    console.note(f"to use this model, set REDEFLUSS_MODEL_DE={output} and REDEFLUSS_QUOTE_MODEL={output}")
    return ExitCode.OK


@app.command("cleaning")
def cleaning(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="pages with their gold paragraphs (JSON lines)")],
    output: Annotated[Path, typer.Option("--output", help="folder for the classifiers")],
    further: Annotated[
        list[Path] | None, typer.Option("--further", help="more such pages, at half the weight; may be repeated")
    ] = None,
    written: Annotated[Path, typer.Option("--written", help="folder of texts that were written with labels")] = Path(
        "corpus/pages"
    ),
) -> int:
    """Train the line classifiers of cleaning, from gold pages."""
    require_packages(("lightgbm", "torch", "wordfreq"))
    from pipeline.training.cleaning import run

    run(gold, further or [], written, output, report=console.note)
    return ExitCode.OK
