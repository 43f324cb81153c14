"""The models that come with the project."""

from pipeline.models.load import ModelError, load_pipeline

__all__ = ["ModelError", "load_pipeline"]
