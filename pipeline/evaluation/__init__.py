"""Scores against gold data, and the reports behind `redefluss evaluate`."""
