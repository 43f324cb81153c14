"""The labels that the heads of the model give to each token, and their order."""

from __future__ import annotations

from pipeline.models.labels import Labels
from schemas.records import EntityType

NAME_TYPES: tuple[EntityType, ...] = ("PER", "LOC", "ORG", "MISC")
NAMES = Labels(NAME_TYPES)
NOMINALS = Labels(("NOM",))
"""Labels of one layer of nominals; there are two, the second for those inside others."""
NOMINAL_LAYERS = 2

QUOTE_TYPES = ("Indirect", "IndirectFreeIndirect", "FreeIndirect", "Reported")
"""Types in the layer of speech without quotation marks; direct speech has a layer of its own."""
DIRECT_TAGS = ("O", "B", "C", "I")
"""Outside; begin of a quote; begin of its further span; inside."""
OTHER_TAGS = ("O", *(f"{place}-{kind}" for kind in QUOTE_TYPES for place in "BCI"))
BEGINS = [number for number, tag in enumerate(OTHER_TAGS) if tag[0] in "BC"]

CHAIN_TYPES = ("PER", "ORG", "LOC", "MISC", "GRP", "DOC", "THG")
GENDERS = ("-", "f", "m", "x")
MEDIA = ("Speech", "Writing", "Thought", "SW", "ST", "TW", "none")

HEADS: dict[str, int] = {
    "names": len(NAMES),
    "nominals": NOMINAL_LAYERS * len(NOMINALS),
    "pronouns": 2,
    "direct": len(DIRECT_TAGS),
    "other": len(OTHER_TAGS),
    "cues": 2,
}
"""Heads over tokens and how many scores each gives."""
