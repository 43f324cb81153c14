"""What is asked for of the quotes in the store."""

from dataclasses import dataclass
from typing import Literal

from agents.web.store.query_parser import ParsedQuery, parse_query

Each = Literal["statement", "paper"]
"""What counts once: a statement in however many papers, or a statement in a paper."""


@dataclass(frozen=True)
class QuoteQuery:
    """What is asked for; None and empty: any.

    Attributes:
        words: as typed, see `agents.web.store.query_parser`; in the quote and the speaker's name.
        speaker: an entity's id, or words of a speaker's name.
        about: an entity's id, who is named in the quote and is not its speaker.
        party: what the speaker belongs to; `role`: what the speaker is.
        sources: names of papers, any of which.
        type: of the quote; `verbatim` true or false: in quotation marks or not.
        gender: of the speaker: f, m, unknown, or none for what is no person.
        since, until: of publication (or arrival), in seconds since 1970; the latter excluded.
        statement: only quotes of the statement of this id.
        parts: also those that are fragments of another quote that is asked for.
        upto: in articles with numbers of the store up to that, and behind `after`, that came from `arrived_since` on,
            in seconds since 1970.
    """

    words: str = ""
    speaker: str = ""
    about: str = ""
    party: str = ""
    role: str = ""
    gender: str = ""
    sources: tuple[str, ...] = ()
    agency: str = ""
    type: str = ""
    verbatim: bool | None = None
    since: float | None = None
    until: float | None = None
    statement: str = ""
    parts: bool = False
    after: int = 0
    upto: int | None = None
    arrived_since: float = 0.0

    @property
    def parsed(self) -> ParsedQuery:
        """The words, taken apart."""
        return parse_query(self.words)
