"""Cleaning: an article's body and fields out of a page, its visible text, or what an extractor left of it."""

from pipeline.cleaning.cleaner import Cleaner, Verdict

__all__ = ["Cleaner", "Verdict"]
