"""The models that come with the project."""

from pipeline.models import spacy_import  # noqa: F401  (first, so that it has its effect)
from pipeline.models.load import ModelError, load_pipeline

__all__ = ["ModelError", "load_pipeline"]
