"""A statement from its occurrences: the same occurrences give the same record, whatever their order."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import urlsplit

import orjson

from pipeline.statements.occurrence import Occurrence
from schemas.records import KnownEntity, Statement, StatementStart

_AS_FULL = 0.6
"""Share of the fullest wording's content with which one in quotation marks is preferred to it."""


def composed(
    key: str, occurrences: Iterable[Occurrence], whole: Iterable[Occurrence], updated_at: str, *, others: int = 0
) -> Statement:
    """The statement that the speaker of that `key` made in `occurrences`; `whole` are those that are not fragments.

    Its id tells the day of its first article and a hash of the first wording among `whole`: it stays when papers print
    the statement later, in whatever words. Two statements have that wording and day in common where the window of time
    is less than a day: `others` is how many there are before this one.
    """
    articles = [
        list(found)
        for _, found in groupby(
            sorted(occurrences, key=lambda occurrence: occurrence.order), lambda occurrence: occurrence.article
        )
    ]
    whole = sorted(whole, key=lambda occurrence: occurrence.order)
    wholes = {occurrence.quote for occurrence in whole}
    first, best = articles[0][0], _fullest(whole)
    speaker = _fullest_speaker([found for entry in articles for found in entry])
    entries = []
    for entry in articles:
        main = _fullest([found for found in entry if found.quote in wholes] or entry)
        entries.append(main.as_article([found for found in entry if found is not main], speaker))
    anchor = whole[0].words + f"\n{others}" * bool(others)
    digest = hashlib.blake2b(f"{key}\n{anchor}".encode(), digest_size=8).hexdigest()
    return Statement(
        id=f"{first.at.year}-{first.at.month:02}-{first.at.day:02}-{digest}",
        speaker=speaker,
        said_by=best.said_by,
        text=best.text,
        type=best.type,
        verbatim=best.verbatim,
        first=StatementStart(article=first.article, source=first.source, published_at=first.published_at),
        articles=entries,
        count=len(entries),
        sources=len({paper for entry in articles if (paper := _paper(entry[0])) is not None}),
        updated_at=updated_at,
    )


def _fullest(occurrences: Sequence[Occurrence]) -> Occurrence:
    """The fullest wording, one in quotation marks if there is one that says about as much; the first of equals."""
    if len(occurrences) == 1:  # as most often
        return occurrences[0]
    most = max(occurrence.compared.wording.weight for occurrence in occurrences)
    verbatim = [o for o in occurrences if o.verbatim and o.compared.wording.weight >= _AS_FULL * most]
    return max(verbatim or occurrences, key=lambda o: (o.compared.wording.weight, len(o.compared.wording.words)))


def _fullest_speaker(occurrences: Sequence[Occurrence]) -> KnownEntity | None:
    """The speaker as the article has it that tells most."""
    if len(occurrences) == 1:
        return occurrences[0].speaker
    speakers = {orjson.dumps(o.speaker.model_dump()): o.speaker for o in occurrences if o.speaker is not None}
    return speakers[max(speakers, key=lambda data: (len(data), data))] if speakers else None


def _paper(occurrence: Occurrence) -> str | None:
    """Its name, or the host of its address, if that is one."""
    try:
        return occurrence.source or urlsplit(occurrence.url or "").hostname
    except ValueError:
        return None
