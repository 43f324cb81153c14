"""Who said what: the third stage.

`QuoteExtractor` is loaded when it is asked for, so that parts of this package can be used by what it is made of.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.quotes.extractor import QuoteExtractor
    from pipeline.quotes.records import quote_records, record_key

__all__ = ["QuoteExtractor", "quote_records", "record_key"]


def __getattr__(name: str) -> Any:
    if name == "QuoteExtractor":
        from pipeline.quotes.extractor import QuoteExtractor

        return QuoteExtractor
    if name in {"quote_records", "record_key"}:
        from pipeline.quotes import records

        return getattr(records, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
