"""What models there are, where they lie, what they were trained on and under which licence they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
GRAPH = "encoder.onnx"
"""The file of a model's folder that tells that its weights are there."""


@dataclass(frozen=True)
class ShippedModel:
    """A model that comes with the project.

    `folder` is where its weights lie in DATA, if it has any.
    """

    name: str
    folder: str | None
    summary: str
    trained_on: tuple[str, ...]
    licence: str

    @property
    def size(self) -> int:
        """Bytes of its weights, with those it shares with other models."""
        folders = [DATA / self.folder, DATA / "encoder"] if self.folder else []
        return sum(path.stat().st_size for folder in folders for path in folder.glob("*") if path.is_file())

    @property
    def installed(self) -> bool:
        """Whether its weights are there."""
        return self.folder is None or (DATA / self.folder / GRAPH).exists()


_OPEN_DATA = (
    "multilingual-e5-small",
    "the Redefluss corpus",
    "GermEval 2014",
    "SmartData",
    "MobIE",
    "GePaDe",
)
MODELS = {
    model.name: model
    for model in (
        ShippedModel(
            "redefluss", "reader", "ten layers that read an article once; the best scores", _OPEN_DATA, "CC BY-SA 4.0"
        ),
        ShippedModel(
            "redefluss-fast", "reader-fast", "three layers that learned from redefluss", _OPEN_DATA, "CC BY-SA 4.0"
        ),
        ShippedModel("redefluss-open", "reader", "redefluss by its former name", _OPEN_DATA, "CC BY-SA 4.0"),
        ShippedModel("rules", None, "hand-written rules and the gazetteer, no weights", (), "as the code"),
    )
}
"""Entity models by name."""

QUOTE_MODELS = {
    model.name: model
    for model in (
        ShippedModel("redefluss", "reader", "the same model, and rules beside it", _OPEN_DATA, "CC BY-SA 4.0"),
        ShippedModel(
            "redefluss-fast", "reader-fast", "the same model, and rules beside it", _OPEN_DATA, "CC BY-SA 4.0"
        ),
        ShippedModel("rules", None, "hand-written rules, no weights", (), "as the code"),
    )
}
"""Quote models by name."""


def reader_folder(name: str) -> Path | None:
    """The folder of the reader called `name`: a shipped one, or a folder that holds one; None if it is none."""
    model = MODELS.get(name)
    folder = Path(name) if model is None else DATA / model.folder if model.folder is not None else None
    return folder if folder is not None and (folder / GRAPH).is_file() else None
