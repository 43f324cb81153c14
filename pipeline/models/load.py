"""Pipelines by name."""

from __future__ import annotations

from pathlib import Path

import spacy
from spacy.language import Language

from pipeline.errors import ConfigurationError
from pipeline.models import sentences  # noqa: F401  (registers its component)
from pipeline.models.catalogue import MODELS, reader_folder
from pipeline.models.tokenizer import BoundedTokenizer


class ModelError(ConfigurationError, ValueError):
    """A pipeline that cannot be loaded; the message is one line that says what to do."""


def load_pipeline(name: str | Path) -> Language:
    """A spaCy pipeline whose documents have sentences and entities of the types PER, LOC, ORG and MISC.

    `name` is one of the catalogue's, the folder of a model that `redefluss train` wrote, or the name or path of a spaCy
    pipeline. Raises ModelError.
    """
    model = MODELS.get(str(name))
    if model is None and reader_folder(str(name)) is None:
        return _foreign(name)
    if model is not None and not model.installed:
        raise ModelError(f"the weights of {name!r} are not in this installation; 'rules' works without any")
    nlp = spacy.blank("de")
    nlp.tokenizer = BoundedTokenizer(nlp.tokenizer, nlp.vocab)
    nlp.add_pipe("redefluss_sentences")
    if model is not None and model.folder is None:
        from pipeline.entities import rule_recognizer  # noqa: F401  (registers its component)

        nlp.add_pipe("redefluss_rules_ner")
    else:
        from pipeline.models import components  # noqa: F401  (registers its component)

        nlp.add_pipe("redefluss_entities", config={"model": model.name if model else str(Path(name).resolve())})
    return nlp


def _foreign(name: str | Path) -> Language:
    try:
        nlp = spacy.load(name)
    except (OSError, ImportError, ValueError, AttributeError) as problem:  # the last of a package without a pipeline
        names = ", ".join(MODELS)
        raise ModelError(f"no pipeline {str(name)!r}: give one of {names}, or an installed spaCy pipeline") from problem
    if not {"parser", "senter", "sentencizer", "redefluss_sentences"} & set(nlp.pipe_names):
        nlp.add_pipe("redefluss_sentences", first=True)
    return nlp
