"""spaCy without its command line.

`import spacy` brings the whole of it along, with an HTTP client and a project tool: half of the time that the import
takes, in every process that loads models. Imported for that effect, before anything else of spaCy.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def _info(*arguments: Any, **options: Any) -> Any:
    """`spacy.info`, the one thing that spaCy takes from its command line."""
    from spacy.cli.info import info

    return info(*arguments, **options)


def _import() -> None:
    empty = {name: ModuleType(name) for name in _COMMAND_LINE}
    vars(empty["spacy.cli.info"])["info"] = _info
    sys.modules.update(empty)
    try:
        import spacy  # noqa: F401
    finally:
        for name in _COMMAND_LINE:
            del sys.modules[name]


if "spacy" not in sys.modules:
    _import()
