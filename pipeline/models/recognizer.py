"""The entity recogniser as a spaCy component."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.encoder.pieces import PieceTokenizer
from pipeline.encoder.session import EncoderSession
from pipeline.encoder.table import EmbeddingTable
from pipeline.encoder.windows import windows
from pipeline.encoder.words import first_pieces
from pipeline.models.catalogue import DATA, NAMED
from pipeline.models.full_stops import split_full_stops
from pipeline.models.labels import Labels
from pipeline.models.model_files import loading
from pipeline.models.sentences import CAN_END

WINDOW, OVERLAP = 250, 60


def _ends_with_full_stop(doc: Doc, index: int) -> bool:
    """Whether the tokenizer left the full stop of the sentence on the token at `index` ("Hannover 96.")."""
    text = doc[index].text
    last = index + 1 == len(doc) or doc[index + 1].is_sent_start or doc[index + 1].is_space
    return last and text.endswith(".") and (text[:-1].isdigit() or (text[:-1].isalpha() and text[:-1] not in CAN_END))


def _words(doc: Doc) -> npt.NDArray[np.intp]:
    """Indices of the tokens that are not space."""
    return np.flatnonzero(doc.to_array("IS_SPACE") == 0)


@cache
def shared_encoder() -> tuple[PieceTokenizer, EmbeddingTable]:
    """The tokenizer and the table of embeddings that all models of this process share."""
    folder = DATA / "encoder"
    return PieceTokenizer(folder / "pieces.json"), EmbeddingTable(folder / "pieces.npy")


@Language.factory("redefluss_names", default_config={"model": "entities-open"})
def make_recognizer(nlp: Language, name: str, model: str) -> EntityRecognizer:  # noqa: ARG001
    return EntityRecognizer(DATA / model)


class EntityRecognizer:
    """Sets the entities of a document; it needs sentences and nothing else.

    Every window of sentences is read by itself, so that what is found in a text depends on that text alone.
    """

    def __init__(self, folder: Path) -> None:
        self.tokenizer, table = shared_encoder()
        with loading(folder):
            settings = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            self.labels = Labels(settings["types"])
            self.session = EncoderSession(folder / "model.onnx.gz", table)

    def __call__(self, doc: Doc) -> Doc:
        words = _words(doc).tolist()
        found = [
            (words[begin], words[end - 1], kind)
            for begin, end, kind, _certainty in self.labels.decode(self.scores(doc))
            if kind in NAMED
        ]
        glued = [last for _, last, _ in found if _ends_with_full_stop(doc, last)]
        split_full_stops(doc, glued)
        entities = []
        for first, last, kind in found:
            shift = sum(index < first for index in glued)
            entities.append(Span(doc, first + shift, last + shift + 1, label=kind))
        doc.ents = entities
        return doc

    def scores(self, doc: Doc) -> npt.NDArray[np.float32]:
        """Log probabilities of the labels, (words, labels), for the tokens of `doc` that are not space."""
        words = _words(doc)
        pieces = self.tokenizer(doc.text)
        if not len(words) or not len(pieces):
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        begins, lengths, sentence_starts = doc.to_array(["IDX", "LENGTH", "SENT_START"])[words].astype(np.int64).T
        first = first_pieces(pieces, list(zip(begins.tolist(), (begins + lengths).tolist(), strict=True)))
        starts = first[sentence_starts == 1].tolist()
        found = np.zeros((len(pieces), len(self.labels)), dtype=np.float32)
        for window in windows(starts, len(pieces), WINDOW, OVERLAP):
            (result,) = self.session.run(pieces.ids[window.begin : window.end]).values()
            found[window.keep_begin : window.keep_end] = result[
                window.keep_begin - window.begin : window.keep_end - window.begin
            ]
        return found[first]
