"""What models there are, where they lie, what they were trained on and under which licence they stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
GRAPH = "model.onnx.gz"
NAMED = frozenset({"PER", "LOC", "ORG", "MISC"})


@dataclass(frozen=True)
class Model:
    """A model that comes with the project.

    `folder` is where its weights lie in DATA, if it has any; `graph` is the file there that tells that they are.
    """

    name: str
    folder: str | None
    summary: str
    trained_on: tuple[str, ...]
    licence: str
    graph: str = GRAPH

    @property
    def size(self) -> int:
        """Bytes of its weights, with those it shares with other models."""
        folders = [DATA / self.folder, DATA / "encoder"] if self.folder else []
        return sum(path.stat().st_size for folder in folders for path in folder.glob("*") if path.is_file())

    @property
    def installed(self) -> bool:
        """Whether its weights are there."""
        return self.folder is None or (DATA / self.folder / self.graph).exists()


MODELS = {
    model.name: model
    for model in (
        Model(
            "redefluss",
            "entities",
            "twelve layers; the best scores",
            ("multilingual-e5-small", "GermEval 2014", "SmartData", "WikiNEuRal"),
            "CC BY-NC-SA 4.0",
        ),
        Model(
            "redefluss-fast",
            "entities-open",
            "three layers; four times faster",
            ("multilingual-e5-small", "GermEval 2014", "SmartData"),
            "CC BY 4.0",
        ),
        Model(
            "redefluss-open",
            "entities-open",
            "trained on freely licensed data only, for commercial use",
            ("multilingual-e5-small", "GermEval 2014", "SmartData"),
            "CC BY 4.0",
        ),
        Model("rules", None, "hand-written rules and the gazetteer, no weights", (), "as the code"),
    )
}
"""Entity models by name."""

QUOTE_MODELS = {
    model.name: model
    for model in (
        Model(
            "redefluss",
            "quotes",
            "trained model and rules together",
            ("multilingual-e5-small", "Dataset of Quotation Attribution in German News Articles"),
            "CC BY-NC-SA 4.0",
            "encoder.onnx",
        ),
        Model("rules", None, "hand-written rules, no weights", (), "as the code"),
    )
}
"""Quote models by name."""
