"""The annotated corpus: its files, their markup, checks and conversions."""
