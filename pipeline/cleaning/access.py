"""Whether a text is the whole article or only what people without a subscription see of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.cleaning.field_value import FieldValue
from pipeline.cleaning.lines import Line, words_of
from pipeline.cleaning.shapes import has_any

_PAYWALL = re.compile(
    r"weiter ?(?:zu)?lesen (?:mit|im abo|als abonnent)|"
    r"(?:nur|exklusiv) für (?:unsere )?(?:abonnent|plus|premium|mitglieder)|"
    r"mit (?:einem|dem|ihrem|deinem) [\w+-]{0,20}(?:abo|abonnement|zugang)\b.{0,40}lesen|"
    r"(?:diesen|den ganzen|den gesamten|den vollständigen) (?:artikel|text|beitrag) (?:weiter)?lesen|"
    r"lesen sie (?:jetzt )?(?:diesen|den (?:ganzen|gesamten|vollständigen|kompletten)) (?:artikel|text|beitrag)|"
    r"(?:artikel|text|beitrag) (?:gratis|kostenlos) (?:weiter)?lesen|um weiter ?zu ?lesen\b|"
    r"(?:möchten|wollen|möchtest|willst) (?:sie |du )?(?:[\w ]{1,30} )?weiterlesen\?|noch \d{1,4} wörter\b|"
    r"(?:testen|abonnieren|anmelden|registrieren|bestellen) und (?:kostenlos |gratis |sofort )?weiterlesen|"
    r"um (?:diesen|den) (?:ganzen |gesamten )?(?:artikel|text|beitrag).{0,30}(?:zu lesen|lesen zu können)|"
    r"(?:artikel|beitrag) freischalten|sie haben noch kein(?:en)? (?:abo|zugang)|bereits (?:digital-?)?abonnent|"
    r"dieser (?:artikel|inhalt|beitrag|text) ist (?:kostenpflichtig|teil (?:unser|des)|exklusiv|nur|"
    r"(?:für )?(?:unsere )?abonnent)|"
    r"noch \d{1,2} ?% des artikels|(?:plus|premium)-?(?:artikel|inhalt)\b.{0,40}(?:lesen|freischalten)"
)
# A notice has one of these, in lower case.
_PAYWALL_CUES = ("lesen", "für ", "freischalten", "noch kein", "bereits ", "dieser ", "des artikels", "wörter")
_LONGEST_NOTICE = 300
_BELOW = 15
_FEW_WORDS = 300
_MUCH_MORE = 1.3
_FREE = {"true": "free", "false": "locked"}
_TIERS = {"free": "free", "locked": "locked"}


def access_by_page(metas: Mapping[str, str], articles: Sequence[Mapping[str, Any]]) -> FieldValue | None:
    """What a page declares of its article, "free" or "locked", by JSON-LD or its meta tags."""
    for entry in articles:
        declared = [_FREE.get(str(part.get("isAccessibleForFree")).lower()) for part in (entry, *_parts(entry))]
        if any(declared):
            return FieldValue("locked" if "locked" in declared else "free", "JSON-LD isAccessibleForFree")
    tier = _TIERS.get(metas.get("article:content_tier", "").strip().lower())
    return FieldValue(tier, "meta article:content_tier") if tier else None


def access_of(lines: Sequence[Line], declared: FieldValue | None, body: str | None) -> FieldValue | None:
    """Whether the kept lines are all of the article, "free" or "teaser"; None if nothing tells.

    Args:
        lines: all lines, with their verdicts.
        declared: as `access_by_page` has it.
        body: the article's text by JSON-LD, if there is one.
    """
    if declared is not None and declared.value == "free":
        return declared
    kept = [number for number, line in enumerate(lines) if line.kind is not None]
    if not kept:
        return None
    words = sum(len(lines[number].words) for number in kept)
    notice = next((line.text[:80] for line in lines[kept[-1] + 1 :][:_BELOW] if is_notice(line)), None)
    sign = declared or (FieldValue("locked", f"line {notice!r}") if notice is not None else None)
    cut_off = lines[kept[-1]].text.endswith(("…", "..."))
    longer = body is not None and len(words_of(body)) > _MUCH_MORE * words
    if sign is not None and (words < _FEW_WORDS or cut_off or longer):
        return FieldValue("teaser", sign.source)
    return None


def _parts(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = entry.get("hasPart")
    return [part for part in (parts if isinstance(parts, list) else [parts]) if isinstance(part, dict)]


def is_notice(line: Line) -> bool:
    """Whether a line asks for a subscription to read on."""
    return (
        len(line.text) <= _LONGEST_NOTICE
        and has_any(line.lowered, _PAYWALL_CUES)
        and _PAYWALL.search(line.lowered) is not None
    )
