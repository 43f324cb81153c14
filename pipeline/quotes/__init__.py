"""Quotes: who said what, by rules and a trained model, linked to the article's entities."""

from pipeline.quotes.extractor import QuoteExtractor
from pipeline.quotes.records import quote_records, record_key

__all__ = ["QuoteExtractor", "quote_records", "record_key"]
