"""The second stage: names, who they mean, and what is said of them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.entities.extractor import EntityExtractor

__all__ = ["EntityExtractor"]


def __getattr__(name: str) -> Any:
    # Lazily, since the models load the rule recogniser from this package and the extractor loads the models.
    if name == "EntityExtractor":
        from pipeline.entities.extractor import EntityExtractor

        return EntityExtractor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
