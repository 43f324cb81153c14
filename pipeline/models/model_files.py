"""The errors that damaged files of a model raise, such as one that was copied only in part."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError
from schemas.codec import one_line


@contextmanager
def loading(folder: Path) -> Iterator[None]:
    """Let errors name the folder of the model, in one line: each of the libraries that read its files has its own.

    Raises:
        ConfigurationError: the model cannot be loaded.
    """
    try:
        yield
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}")
        raise ConfigurationError(f"the model in {folder} cannot be loaded; its files may be damaged ({why})") from error
