"""The reader at run time: from a text to its reading."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np

from pipeline.cores import available_cores
from pipeline.encoder.session import EncoderSession
from pipeline.encoder.shared import shared_encoder
from pipeline.errors import ConfigurationError
from pipeline.models.catalogue import DATA, QUOTE_MODELS, reader_folder
from pipeline.models.model_files import loading
from pipeline.reader.calibration import Calibration
from pipeline.reader.layout import Layout
from pipeline.reader.reading import Reading, decode
from pipeline.reader.scorers import Floats, Scorers, Vectors
from pipeline.reader.tokens import piece_spans
from pipeline.reader.windows import Window, reading_windows

KEPT = 32
"""How many readings are kept, about 1 MB each: more than a process reads until an article comes back to it."""
KEPT_TOKENS = 40_000
"""How many tokens the readings that are kept have together, about 2 KB each."""
SIDE_BY_SIDE = 4
"""How many windows of a text are read side by side at most, on as many cores: a long text then takes less time, and no
less work. Each window is computed by itself all the same, so the result does not depend on it."""
ENCODER, SCORERS, STATES = "encoder.onnx", "scorers.npz", "states"


class Reader:
    """Reads German articles. Loaded once; the same text always gives the same reading.

    The last readings are kept, so that stages that follow each other in one process read an article once; what is read
    anew is the same to the bit.

    Raises:
        ConfigurationError: the files in `folder` cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer, table = shared_encoder()
        with loading(folder):
            self._encoder = EncoderSession(folder / ENCODER, table)
            self.scorers = Scorers(folder / SCORERS)
            self.calibration = Calibration.read(folder)
        self._kept: OrderedDict[str, Reading] = OrderedDict()
        self._in_use: WeakValueDictionary[str, Reading] = WeakValueDictionary()
        """Also those that are too long to be kept, as long as a stage works with them."""
        self._threads = min(available_cores(), SIDE_BY_SIDE)

    def __call__(self, text: str) -> Reading:
        """What is read in `text`, which may be any text of any length."""
        reading = self._in_use.get(text)
        if reading is None:
            layout = Layout(text)
            reading = self._in_use[text] = decode(layout, Vectors(self.states(layout)), self.scorers)
        if len(reading.layout) <= KEPT_TOKENS:
            self._kept[text] = reading
            self._kept.move_to_end(text)
            while len(self._kept) > KEPT or sum(len(kept.layout) for kept in self._kept.values()) > KEPT_TOKENS:
                self._kept.popitem(last=False)
        return reading

    def states(self, layout: Layout) -> Floats:
        """The vectors of a text's tokens, (tokens, width)."""
        pieces = self._tokenizer(layout.text)
        spans = piece_spans(pieces, layout.tokens)
        if not len(spans) or not len(pieces):
            return np.zeros((len(layout), 384), dtype=np.float32)
        starts = np.flatnonzero(np.diff(layout.sentence, prepend=-1))
        windows = reading_windows(spans[starts, 0], len(pieces))

        def read(window: Window) -> Floats:
            result = self._encoder.run(pieces.ids[window.begin : window.end])
            return result[window.keep_begin - window.begin : window.keep_end - window.begin]

        threads = min(len(windows), self._threads)
        if threads == 1:
            parts = [read(window) for window in windows]
        else:
            with ThreadPoolExecutor(threads) as executor:
                parts = list(executor.map(read, windows))
        return Vectors(np.concatenate(parts)).mean(spans)


@cache
def shared_reader(folder: Path = DATA / "reader") -> Reader:
    """The reader that all stages of this process share."""
    return Reader(folder)


def quote_reader(name: str) -> Reader | None:
    """The reader of the quote model called `name`, or of the folder `name`; None of "rules", which has none.

    Raises:
        ConfigurationError: there is no such model.
    """
    if name == "rules":
        return None
    folder = reader_folder(name)
    if folder is None:
        names = " and ".join(QUOTE_MODELS)
        raise ConfigurationError(f"quote_model: {name!r} is none of the quote models {names}, nor a folder with one")
    return shared_reader(folder)
